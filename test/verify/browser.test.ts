import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { journeysPass } from "../../verify/journeys.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";
import { startTarget, type Target } from "../target/target.ts";
import { everythingFor, verified } from "../target/verified.ts";

const budget = { paintMs: 60_000 };
const logIn = [
  { open: "/login" },
  { fill: "Email", with: "{VERIFY_USER}" },
  { fill: "Password", with: "{VERIFY_PASSWORD}" },
  { press: "Log in" },
];
const production = writtenSettings("production");
const counting = changed(production, "edge.csp.connect-src", ["'self'", "https:"]);
const settings = accept(
  changed(counting, "verify.journeys", [
    { name: "Login", budget, steps: [...logIn, { see: "Welcome back" }] },
    { name: "Spoiled", budget: { paintMs: 1 }, steps: [{ open: "/login/new" }] },
    { name: "Deletion", budget, steps: [{ open: "/login" }, { press: "Delete my account" }] },
    { name: "Missing", budget, steps: [{ open: "/no-such-page" }, { see: "Welcome back" }] },
    { name: "Counted", budget, steps: [{ open: "/counted" }] },
    { name: "Challenged", budget, steps: [{ open: "/challenged" }] },
  ]),
);

let target: Target;
beforeAll(async () => {
  target = await startTarget(settings);
});
afterAll(() => target.stop());

/** Checks of the journeys by their subjects. */
async function journeys(path?: string): Promise<Map<string, string>> {
  const found = process.env.PATH;
  if (path !== undefined) process.env.PATH = path;
  try {
    const { probes } = await verified({ probes: [journeysPass], ...everythingFor(target, settings) });
    const [probe] = probes;
    expect(JSON.stringify(probe)).not.toContain("canary");
    return new Map(
      probe?.checks.map(({ subject, state, measured }) => [subject, `${state}: ${measured}`]) ?? [],
    );
  } finally {
    process.env.PATH = found;
  }
}

describe("journeys in a browser", () => {
  it("are followed by names, and judged by what the browser notices on the way", async () => {
    target.become("login-page-spoiled");
    const checks = await journeys();
    const of = (name: string, state: string) =>
      [...checks].filter(([subject, found]) => subject.startsWith(`${name}: `) && !found.startsWith(state));
    expect(of("Login", "holds")).toEqual([]);
    expect([...checks.keys()].filter((subject) => subject.startsWith("Login: "))).toHaveLength(11);
    expect(of("Spoiled", "holds")).toEqual([
      ["Spoiled: errors in the console", expect.stringMatching(/404/)],
      ["Spoiled: violations of the Content Security Policy", expect.stringMatching(/and 1 more$/)],
      ["Spoiled: controls and images without a name", expect.stringMatching(/1 link on \/login\/new/)],
      ["Spoiled: largest contentful paint", expect.stringMatching(/does-not-hold: \d+$/)],
    ]);
    expect(of("Missing", "holds")).toEqual([
      ["Missing: open /no-such-page", "does-not-hold: 404"],
      ["Missing: errors in the console", expect.stringMatching(/404/)],
    ]);
    // A beacon to another host is neither a write nor an error of the page.
    expect(of("Counted", "holds")).toEqual([]);
    // What the edge shows in place of the page is not judged.
    expect([...checks].filter(([subject]) => subject.startsWith("Challenged"))).toEqual([
      ["Challenged: open /challenged", expect.stringMatching(/^unknown: Cloudflare asks/)],
    ]);
    expect(of("Deletion", "holds")).toEqual([
      [
        "Deletion: what comes after POST /api/account",
        "unknown: POST /api/account may write: pass --allow-writes to send it",
      ],
    ]);
  });

  it("are unknown where no browser is installed", async () => {
    expect([...(await journeys(""))]).toEqual(
      ["Login", "Spoiled", "Deletion", "Missing", "Counted", "Challenged"].map((name) => [
        name,
        "unknown: This machine has no Chromium, Chrome or Edge for journeys in a browser",
      ]),
    );
  });
});
