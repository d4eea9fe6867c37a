import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { exitStatus } from "../../lib/exit.ts";
import { statusOf } from "../../verify/document.ts";
import { compare, eachOf, type Probe } from "../../verify/probe.ts";
import { verificationJunit } from "../../verify/report/junit.ts";
import { verificationPage } from "../../verify/report/page.ts";
import { verificationText } from "../../verify/report/text.ts";
import { Unknown } from "../../verify/unknown.ts";
import { accept, writtenSettings } from "../config/stack.ts";
import { junitProblems } from "../preview/report/junit-schema.ts";
import { readXml } from "../preview/report/xml.ts";
import { type Given, verified } from "../target/verified.ts";

const settings = accept(writtenSettings("production"));

const sound = compare("a host", { expected: "1", measured: "1", holds: true });
const broken = compare("a host", { expected: "1", measured: "2", holds: false, setting: "edge.hsts" });

function named(name: string, changes: Partial<Probe>): Probe {
  return {
    ...{ name, items: ["4.1"], title: "It must hold.", needs: [], settings: ["edge.minTlsVersion"] },
    measure: async () => [sound],
    ...changes,
  };
}

function run(probes: readonly Probe[], given: Partial<Given> = {}) {
  return verified({ settings, targets: {}, probes, ...given });
}

describe("a probe", () => {
  it.each<[string, Probe["measure"], string, string | undefined]>([
    ["holds where every check does", async () => [sound, sound], "holds", undefined],
    ["does not hold where one check does not", async () => [sound, broken], "does-not-hold", undefined],
    ["is unknown without a check", async () => [], "unknown", "no-data"],
    [
      "is unknown where it cannot tell",
      async () => {
        throw new Unknown("no-right", "the token lacks the right");
      },
      "unknown",
      "no-right",
    ],
    [
      "is an error where it breaks",
      async () => {
        throw new TypeError("broken");
      },
      "error",
      undefined,
    ],
    ["is unknown when its time is up", () => new Promise(() => {}), "unknown", "timed-out"],
  ])("%s", async (_, measure, state, reason) => {
    const { probes } = await run([named("one", { measure, limitMs: 20 })]);
    expect(probes).toHaveLength(1);
    expect(probes[0]).toMatchObject({ name: "one", state });
    expect(probes[0]?.reason).toBe(reason);
  });

  it("tells of one subject what it cannot tell of another", async () => {
    const measure: Probe["measure"] = () =>
      eachOf(["a", "b"], String, async (subject) => {
        if (subject === "a") throw new Unknown("target-refused", "refused");
        return [{ ...broken, subject }];
      });
    const { probes } = await run([named("one", { measure })]);
    expect(probes[0]?.state).toBe("does-not-hold");
    expect(probes[0]?.checks).toMatchObject([
      { subject: "a", state: "unknown", reason: "target-refused" },
      { subject: "b", state: "does-not-hold", declared: { path: "Pulumi.production.yaml" } },
    ]);
  });

  it("that writes runs only where that is allowed", async () => {
    let wrote = false;
    const probe = named("one", {
      needs: ["writes"],
      measure: async () => {
        wrote = true;
        return [sound];
      },
    });
    const { probes } = await run([probe]);
    expect(probes[0]).toMatchObject({ state: "unknown", reason: "not-allowed" });
    expect(wrote).toBe(false);
    expect((await run([probe], { allowWrites: true })).probes[0]?.state).toBe("holds");
  });
});

describe("a run", () => {
  it("keeps the order of the probes, whichever ends first, and runs those that disturb last", async () => {
    const ended: string[] = [];
    const probe = (name: string, ms: number, disturbs = false) =>
      named(name, {
        disturbs,
        measure: async () => {
          await wait(ms);
          ended.push(name);
          return [sound];
        },
      });
    const { probes } = await run([probe("a", 0, true), probe("b", 30), probe("c", 0)]);
    expect(probes.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    expect(ended).toEqual(["c", "b", "a"]);
  });

  it("that is stopped keeps what was measured, and the rest is unknown", async () => {
    const stop = new AbortController();
    const probes = [
      named("one", {}),
      named("two", {
        measure: async () => {
          stop.abort(new Error("Stopped by SIGTERM"));
          return new Promise(() => undefined);
        },
      }),
      named("three", {}),
    ];
    const verification = await run(probes, { limits: { concurrency: 1 }, signal: stop.signal });
    expect(verification.probes).toMatchObject([
      { name: "one", state: "holds" },
      { name: "two", state: "unknown", reason: "interrupted", message: expect.stringContaining("SIGTERM") },
      { name: "three", state: "unknown", reason: "interrupted" },
    ]);
    expect(statusOf(verification)).toBe(exitStatus.couldNotTell);
  });

  it("runs no more probes at a time than it may", async () => {
    let now = 0;
    let most = 0;
    const probes = Array.from({ length: 9 }, (_, index) =>
      named(`p${index}`, {
        measure: async () => {
          now += 1;
          most = Math.max(most, now);
          await wait(1);
          now -= 1;
          return [sound];
        },
      }),
    );
    await run(probes, { limits: { concurrency: 3 } });
    expect(most).toBe(3);
  });

  const unknown = named("unknown", {
    items: ["4.2"],
    measure: async () => {
      throw new Unknown("no-data", "nothing");
    },
  });
  const wrong = named("wrong", { items: ["4.3"], measure: async () => [broken] });
  const error = named("error", {
    items: ["4.4"],
    measure: async () => {
      throw new Error("broken");
    },
  });

  it.each<[string, readonly Probe[], Partial<Given>, number]>([
    ["0 where every item holds", [named("one", {})], {}, exitStatus.holds],
    ["1 where one does not", [named("one", {}), wrong], {}, exitStatus.doesNotHold],
    ["2 where one is unknown", [named("one", {}), unknown], {}, exitStatus.couldNotTell],
    ["2 where one is unknown and another wrong", [unknown, wrong], {}, exitStatus.couldNotTell],
    [
      "0 where the unknown one may be",
      [named("one", {}), unknown],
      { allowUnknown: ["4.2"] },
      exitStatus.holds,
    ],
    ["2 where a probe broke, allowed or not", [error], { allowUnknown: ["4.4"] }, exitStatus.couldNotTell],
    [
      "0 where the wrong one is not asked for",
      [named("one", {}), wrong],
      { only: ["4.1"] },
      exitStatus.holds,
    ],
    [
      "2 where an item without a probe is asked for",
      [named("one", {})],
      { only: ["4.1", "2.1"] },
      exitStatus.couldNotTell,
    ],
    ["2 where there is nothing to ask", [], { only: ["2.1"] }, exitStatus.couldNotTell],
  ])("ends with %s", async (_, probes, given, status) => {
    expect(statusOf(await run(probes, given))).toBe(status);
  });

  it("judges an item by the worst of its probes", async () => {
    const same = { items: ["4.1"] } as const;
    const { items, summary } = await run([named("one", {}), { ...wrong, ...same }, { ...unknown, ...same }]);
    expect(items).toMatchObject([{ id: "4.1", state: "does-not-hold", probes: ["one", "wrong", "unknown"] }]);
    expect(summary).toMatchObject({ holds: 0, "does-not-hold": 1, unknown: 0, error: 0 });
  });
});

describe("what a target says", () => {
  const hostile = "\u001b]0;x\u0007<img src=x onerror=alert(1)>\n::error::x\u202e\"'&";
  const credential = "canary-credential-1b2c3d";

  it("is inert in every output, and holds no credential", async () => {
    const texts = [credential, encodeURIComponent(credential), Buffer.from(credential).toString("base64")];
    const measured = `${hostile} ${texts.join(" ")}`;
    const verification = await run(
      [
        named("one", {
          measure: async () => [{ ...broken, subject: measured, expected: measured, measured }],
        }),
        named("two", {
          measure: async () => {
            throw new Unknown("not-understood", measured);
          },
        }),
      ],
      { environment: { METRICS_TOKEN: credential } },
    );
    const text = verificationText(verification);
    const page = verificationPage(verification);
    for (const output of [text, page, JSON.stringify(verification)]) {
      for (const secret of texts) expect(output).not.toContain(secret);
      expect(output).toContain("[secret]");
    }
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text).not.toMatch(/^\s*::/m);
    expect(page).not.toContain("<img");
    expect(page).toContain("&lt;img src=x onerror=alert(1)&gt;");
  });

  it("is shortened", async () => {
    const measured = "x".repeat(100_000);
    const verification = await run([named("one", { measure: async () => [{ ...broken, measured }] })]);
    expect(verification.probes[0]?.checks[0]?.measured).toHaveLength(501);
  });
});

it("writes JUnit XML, in which nothing that could not be told counts as passed", async () => {
  const text = "<script>]]>\u0000\u202e&";
  const untold: Probe["measure"] = async () => {
    throw new Unknown("no-right", text);
  };
  const probes = [
    named("sound", {}),
    named("wrong", { measure: async () => [sound, { ...broken, subject: text, measured: text }] }),
    named("untold", { items: ["4.2"], measure: untold }),
    named("broken", { items: ["4.3"], measure: () => Promise.reject(new TypeError(text)) }),
    named("allowed", { items: ["4.5"], measure: untold }),
  ];
  const only = ["4.1", "4.2", "4.3", "4.5", "4.6"] as const;
  const xml = verificationJunit(await run(probes, { only, allowUnknown: ["4.5"] }));
  expect(await junitProblems([xml])).toEqual([]);
  const root = readXml(xml);
  expect(root.attributes).toMatchObject({
    name: "optropic verify production",
    ...{ tests: "6", failures: "1", errors: "3", skipped: "1" },
  });
  const cases = root.children.flatMap(({ children }) => children);
  expect(
    cases.map(({ attributes: { classname, name }, children: [part] }) => [
      ...[classname, name, part?.name, part?.attributes.type],
    ]),
  ).toEqual([
    ["4.1", "sound", undefined, undefined],
    ["4.1", "wrong", "failure", "does-not-hold"],
    ["4.2", "untold", "error", "no-right"],
    ["4.3", "broken", "error", "error"],
    ["4.5", "allowed", "skipped", undefined],
    ["4.6", "no probe", "error", "no-probe"],
  ]);
  expect(cases[1]?.children[0]?.text).toContain("expected 1, measured <script>]]>");
  expect(xml).not.toMatch(/<script|\p{Cf}/u);
});
