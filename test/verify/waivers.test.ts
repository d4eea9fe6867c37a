import { describe, expect, it } from "vitest";
import { verifyResults } from "../../evidence/verify-results.ts";
import { exitStatus } from "../../lib/exit.ts";
import { statusOf } from "../../verify/document.ts";
import { compare, type Probe } from "../../verify/probe.ts";
import { verificationPage } from "../../verify/report/page.ts";
import { verificationText } from "../../verify/report/text.ts";
import { Unknown } from "../../verify/unknown.ts";
import { accept, writtenSettings } from "../config/stack.ts";
import { verified } from "../target/verified.ts";

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

const waiver = {
  probe: "tls-versions",
  resource: "*",
  reason: "The old terminals are replaced this month.",
  approvedBy: "security@optropic.example",
  until: inDays(10),
};

const wrong = (subject: string) => compare(subject, { expected: "1.2", measured: "1.0", holds: false });

async function run(waivers: unknown, measure: Probe["measure"]) {
  const settings = { ...accept(writtenSettings("production")), waivers };
  const probes: Probe[] = [
    { name: "tls-versions", items: ["4.1"], title: "It must hold.", needs: [], settings: [], measure },
  ];
  const verification = await verified({ settings, targets: {}, probes });
  return { verification, probe: verification.probes[0], item: verification.items[0] };
}

describe("a waiver of a probe", () => {
  it("accepts what does not hold, is shown and counted, and is never a pass", async () => {
    const { verification, probe, item } = await run([waiver], async () => [wrong("a host")]);
    expect(probe).toMatchObject({ state: "waived", waiver: { until: waiver.until } });
    expect(item).toMatchObject({ state: "waived" });
    expect(verification.summary).toMatchObject({ waived: 1, holds: 0, "does-not-hold": 0 });
    expect(statusOf(verification)).toBe(exitStatus.holds);
    const words = `waived until ${waiver.until} by security@optropic.example: The old terminals`;
    expect(verificationText(verification)).toContain(words);
    expect(verificationPage(verification)).toContain(words);
    expect(verifyResults(verification.probes)).toMatchObject([
      { state: "waived", measured: "1.0", waiver: { until: waiver.until, approver: waiver.approvedBy } },
    ]);
  });

  it.each([
    ["another probe", { probe: "https-redirects" }],
    ["one of two subjects", { resource: "a host" }],
    ["a policy", { probe: undefined, policy: "tls-versions" }],
    ["a time that is over", { until: inDays(-1) }],
    ["half a year", { until: inDays(200) }],
    ["nobody of the organization", { approvedBy: "somebody@elsewhere.example" }],
  ])("for %s accepts nothing", async (_, edit) => {
    const { verification, probe } = await run([{ ...waiver, ...edit }], async () => [
      wrong("a host"),
      wrong("another host"),
    ]);
    expect(probe).toMatchObject({ state: "does-not-hold" });
    expect(statusOf(verification)).toBe(exitStatus.doesNotHold);
  });

  it("that counts for nothing is named", async () => {
    const ended = { ...waiver, until: inDays(-1) };
    const { verification } = await run([ended], async () => [wrong("a host")]);
    expect(verification.waiverProblems).toEqual([`Waiver 1 of tls-versions ended on ${ended.until}.`]);
    expect(verificationText(verification)).toContain("Waiver 1 of tls-versions ended on");
  });

  it("never accepts what nobody could tell", async () => {
    const unknown = await run([waiver], async () => {
      throw new Unknown("no-data", "there is no answer");
    });
    expect(unknown.probe).toMatchObject({ state: "unknown" });
    const empty = await run([waiver], async () => []);
    expect(empty.probe).toMatchObject({ state: "unknown" });
  });
});
