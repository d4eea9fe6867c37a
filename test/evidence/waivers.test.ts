import { describe, expect, it } from "vitest";
import { readWaivers } from "../../checklist/waivers.ts";
import type { AcceptedWaiver } from "../../evidence/latest.ts";
import { readRecord, sealRun } from "../../evidence/record.ts";
import { htmlReport } from "../../evidence/report/html.ts";
import { markdownReport } from "../../evidence/report/markdown.ts";
import { statusText } from "../../evidence/report/status.ts";
import { busyAt, busyCommit, busyReport } from "./busy.ts";
import { hostile } from "./hostile.ts";
import { resultOf, runOf } from "./records.ts";

function reportWith(until: string, reason = "The provider moves us", waivers?: readonly AcceptedWaiver[]) {
  const at = new Date(busyAt.getTime() - 3_600_000).toISOString();
  const results = ["tls-caa", "tls-minimum-version"].map((name) =>
    resultOf({
      ...{ control: { kind: "policy", name }, items: ["4.1"], state: "waived", at },
      waiver: {
        until: name === "tls-minimum-version" ? until : "2027-01-31",
        reason,
        approver: "security@optropic.example",
      },
    }),
  );
  const { name, bytes } = sealRun(
    runOf({ kind: "preview", finishedAt: at, commit: busyCommit, results }),
    undefined,
  );
  return busyReport([readRecord(name, bytes, [])], waivers);
}

describe("waivers in a report", () => {
  it.each([
    ["2026-11-28", 0, "ending", "ends today"],
    ["2026-11-29", 1, "ending", "ends in 1 day"],
    ["2026-12-12", 14, "ending", "ends in 14 days"],
    ["2026-12-13", 15, "counts", "ends in 15 days"],
    ["2026-11-27", -1, "ended", "ended on 2026-11-27"],
  ] as const)("that count until %s have %i days left", (until, daysLeft, state, words) => {
    const report = reportWith(until);
    expect(report.waivers.find((waiver) => waiver.control === "tls-minimum-version")).toMatchObject({
      daysLeft,
      state,
    });
    expect(markdownReport(report)).toContain(words);
    expect(htmlReport(report)).toContain(words);
  });

  it("are not in the settings where only a record has them", () => {
    const report = reportWith("2026-12-01", undefined, []);
    expect(report.waivers.map(({ state }) => state)).toEqual(["not-in-settings", "not-in-settings"]);
    expect(report.totals.waived).toBe(0);
    expect(markdownReport(report)).toContain("not in the settings");
    expect(htmlReport(report)).toContain('<span class="note">not in the settings</span>');
    expect(statusText(report, { color: false, width: 100, actions: 3 })).toContain(
      "Waivers: 2 waivers, 2 are not in the settings",
    );
  });

  it("stand once each with all of their items, those that end first in front", () => {
    const { waivers } = reportWith("2026-12-01");
    expect(waivers.map(({ control }) => control)).toEqual(["tls-minimum-version", "tls-caa"]);
    expect(statusText(reportWith("2026-12-01"), { color: false, width: 100, actions: 3 })).toContain(
      "Waivers: 2 waivers, 1 ends within two weeks",
    );
  });

  it("are shown as requested until somebody approves them, and as ended, and accept nothing then", () => {
    const waiver = { resource: "zone", reason: "The registrar is slow this month", until: "2026-12-20" };
    const approved = { ...waiver, approvedBy: "lead@optropic.example", until: "2026-11-01" };
    const { policies, problems } = readWaivers(
      JSON.stringify([
        { policy: "dnssec-active", ...waiver },
        { probe: "dns", ...waiver, approvedBy: "" },
        { policy: "tls-caa", ...approved },
      ]),
      {},
      "2026-11-28",
    );
    expect(policies).toEqual([]);
    const waiverProblems = problems.map(({ found }) => found);
    expect(waiverProblems).toEqual([
      "Waiver 1 of dnssec-active is requested, and nobody has approved it yet.",
      "Waiver 2 of dns is requested, and nobody has approved it yet.",
      "Waiver 3 of tls-caa ended on 2026-11-01.",
    ]);
    const report = { ...busyReport(), waiverProblems };
    expect(htmlReport(report)).toContain("Waiver 1 of dnssec-active is requested");
    expect(markdownReport(report)).toContain("## Waivers that accept nothing");
  });

  it("are never more than text", () => {
    const page = htmlReport(reportWith("2026-12-01", hostile.slice(0, 900)));
    expect(page.slice(0, page.indexOf("<script>"))).not.toMatch(/<script|<img/i);
  });
});
