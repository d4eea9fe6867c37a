import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PreviewDocument, preview } from "../../preview/index.ts";
import type { Probe } from "../../verify/probe.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";
import { startTarget } from "../target/target.ts";
import { everythingFor, verified } from "../target/verified.ts";

const root = join(import.meta.dirname, "..", "..");
const page = readFileSync(join(root, "docs", "extending.md"), "utf8");
const copy = mkdtempSync(join(tmpdir(), "extending-"));
afterAll(() => rmSync(copy, { recursive: true }));

/** The page's blocks that name a file, in their order. */
const blocks = [...page.matchAll(/^```(ts|diff) (\S+)\n(.*?)^```$/gms)].map(
  ([, kind = "", file = "", text = ""]) => ({ kind, file, text }),
);

beforeAll(() => {
  const left = ["node_modules", "test", "docs", "bench", "reports", "evidence"];
  for (const name of readdirSync(root)) {
    if (left.includes(name) || name.startsWith(".")) continue;
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  for (const { kind, file, text } of blocks) {
    const path = join(copy, file);
    writeFileSync(path, kind === "ts" ? text : applied(text, readFileSync(path, "utf8"), file));
  }
});

/** The text with a diff of one place applied, whose context stands in it once. */
function applied(diff: string, text: string, file: string): string {
  const lines = diff.split("\n").slice(0, -1);
  const side = (drop: string) =>
    lines.filter((line) => !line.startsWith(drop)).map((line) => `${line.slice(1)}\n`);
  const before = side("+").join("");
  expect(text.split(before), `the lines of ${file} that the page changes`).toHaveLength(2);
  return text.replace(before, () => side("-").join(""));
}

describe("the changes of docs/extending.md", () => {
  it("are a new file, and edits of what is there", () => {
    expect(blocks.filter(({ kind }) => kind === "ts").map(({ file }) => file)).toEqual([
      "policies/mail.ts",
      "verify/status-page.ts",
    ]);
    expect(blocks.length).toBeGreaterThan(4);
  });

  it("declare the resource and satisfy the policy", async () => {
    const document = await judged([]);
    expect(document.resources.find(({ name }) => name === "edge-dmarc-record")?.inputs).toMatchObject({
      type: "TXT",
      name: "_dmarc.optropic.example",
      content: '"v=DMARC1; p=reject"',
    });
    expect(statusOf(document)).toBe("passed");
    expect(document.summary.mandatory).toBe(0);
  });

  it("let the policy alone refuse a setting that breaks the requirement", async () => {
    const document = await judged(["edge.dmarc=none"]);
    const violated = document.policies.filter(({ status }) => status === "violated");
    expect(violated.map(({ name }) => name)).toEqual(["forged-mail-rejected"]);
  });
});

describe("the probe of docs/extending.md", () => {
  const written = writtenSettings("production");
  const elsewhere = accept(changed(written, "links.statusPage", "https://status.elsewhere.example"));

  it("is in the registry, holds where the page has the link, does not where it has another, and else cannot tell", async () => {
    const settings = accept(written);
    const probes = await registryOf(copy);
    const own = probes.filter(({ name }) => name === "status-page-linked");
    const target = await startTarget(settings);
    try {
      const given = everythingFor(target, settings);
      const stateOf = async (changes: object): Promise<string | undefined> =>
        (await verified({ ...given, ...changes, probes: own })).probes[0]?.state;
      expect(await stateOf({})).toBe("holds");
      expect(await stateOf({ settings: elsewhere })).toBe("does-not-hold");
      expect(await stateOf({ targets: { http: target.targets.http } })).toBe("unknown");
    } finally {
      await target.stop();
    }
  });
});

/** The probes of a copy of the project. */
async function registryOf(folder: string): Promise<readonly Probe[]> {
  const path = join(folder, "verify", "registry.ts");
  const { registry }: { registry: readonly Probe[] } = await import(path);
  return registry;
}

function judged(config: readonly string[]): Promise<PreviewDocument> {
  return preview({
    cwd: copy,
    stack: "production",
    policyPacks: [join(copy, "policies")],
    config: [...config],
  });
}

function statusOf({ policies }: PreviewDocument): string | undefined {
  return policies.find(({ name }) => name === "forged-mail-rejected")?.status;
}
