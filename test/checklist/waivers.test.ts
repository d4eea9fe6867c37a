import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readWaivers } from "../../checklist/waivers.ts";

const policies = new Set(["database-pitr", "base-url"]);
const probes = new Set(["tls-versions"]);
const waivable = { policies, probes };
const waiver = {
  policy: "database-pitr",
  resource: "database-project",
  reason: "The vendor moves the project this week.",
  approvedBy: "database@optropic.example",
  until: "2026-12-31",
};

function read(value: unknown, today = "2026-12-01") {
  return readWaivers(JSON.stringify(value), waivable, today);
}

describe("waivers", () => {
  test("count until the end of their last day", () => {
    expect(read([waiver])).toEqual({ policies: [waiver], probes: [], problems: [] });
    expect(read([waiver], "2026-12-31").policies).toHaveLength(1);
    expect(read([waiver], "2027-01-01")).toEqual({
      policies: [],
      probes: [],
      problems: [
        { found: "Waiver 1 of database-pitr ended on 2026-12-31.", setting: "waivers[0].until", index: 0 },
      ],
    });
  });

  test("are none where the setting is absent or empty", () => {
    for (const text of [undefined, "", "  ", "[]"]) {
      expect(readWaivers(text, waivable, "2026-12-01")).toEqual({ policies: [], probes: [], problems: [] });
    }
  });

  test.each([
    ["no JSON", "{", "The setting waivers is not a JSON array"],
    ["no array", JSON.stringify(waiver), "The setting waivers is not a JSON array"],
    ["too many", JSON.stringify(Array(201).fill(waiver)), "at most 200 waivers"],
    ["too long", `["${"x".repeat(100_000)}"]`, "100000 characters"],
  ])("are all refused where the setting is %s", (_, text, problem) => {
    const { policies: valid, problems } = readWaivers(text, waivable, "2026-12-01");
    expect(valid).toEqual([]);
    expect(problems.map(({ found }) => found).join()).toContain(problem);
    expect(problems.map(({ setting }) => setting)).toEqual(["waivers"]);
  });

  test.each([
    ["a policy that the pack does not have", { policy: "waivers-valid" }, "is for the policy waivers-valid"],
    ["no policy", { policy: undefined }, "policy"],
    ["no resource", { resource: " " }, "resource"],
    ["no reason", { reason: "" }, "reason"],
    ["a word for a reason", { reason: "later" }, "gives no reason"],
    ["signs for a reason", { reason: "- - -" }, "gives no reason"],
    ["somebody by a role", { approvedBy: "CTO" }, "approved by nobody"],
    ["half a year", { until: "2027-06-01" }, "may last 90"],
    ["a century", { until: "2126-12-01" }, "may last 90"],
    ["nobody who approved", { approvedBy: undefined }, "nobody has approved it"],
    ["a day that does not exist", { until: "2026-02-30" }, "until"],
    ["a moment for a day", { until: "2026-12-31T00:00:00Z" }, "until"],
    ["an unknown key", { forever: true }, "forever"],
    ["terminal controls", { reason: "fine\u001b[2Jfine" }, "reason: text without control characters"],
    ["hidden direction marks", { approvedBy: "owner\u202e" }, "approvedBy"],
    ["a novel for a reason", { reason: "x".repeat(501) }, "reason"],
  ])("are refused one by one: %s", (_, edit, problem) => {
    const { policies: valid, problems } = read([waiver, { ...waiver, ...edit }]);
    expect(valid).toEqual([waiver]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.found).toContain("Waiver 2");
    expect(problems[0]?.found).toContain(problem);
    expect(problems[0]?.setting).toMatch(/^waivers\[1\]/);
  });

  test("need an approver at the domain, or a code owner", () => {
    const limits = { domain: "optropic.example" };
    const problemsOf = (edit: Partial<typeof waiver>) =>
      readWaivers(
        JSON.stringify([{ ...waiver, until: "2026-12-10", ...edit }]),
        waivable,
        "2026-12-01",
        limits,
      ).problems.map(({ setting }) => setting);
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ approvedBy: "lead@team.optropic.example" })).toEqual([]);
    expect(problemsOf({ approvedBy: "@optropic/platform" })).toEqual([]);
    expect(problemsOf({ approvedBy: "lead@notoptropic.example" })).toEqual(["waivers[0].approvedBy"]);
    expect(problemsOf({ approvedBy: "somebody@gmail.com" })).toEqual(["waivers[0].approvedBy"]);
  });

  test("are of a policy or of a probe, and never of both", () => {
    const { policy: _, ...rest } = waiver;
    const ofProbe = { ...rest, probe: "tls-versions" };
    expect(read([ofProbe])).toEqual({ policies: [], probes: [ofProbe], problems: [] });
    expect(read([{ ...ofProbe, probe: "no-such-probe" }]).problems).toEqual([
      {
        found: "Waiver 1 is for the probe no-such-probe, which this version does not have.",
        setting: "waivers[0].probe",
        index: 0,
      },
    ]);
    expect(read([{ ...waiver, probe: "tls-versions" }]).problems).toHaveLength(1);
    // Who does not know the names of a kind takes each.
    expect(readWaivers(JSON.stringify([ofProbe]), { policies }, "2026-12-01").probes).toEqual([ofProbe]);
  });

  test("beyond twenty count for nothing", () => {
    const { policies: valid, problems } = read(Array(25).fill(waiver));
    expect(valid).toHaveLength(20);
    expect(problems).toHaveLength(5);
  });

  test("take any JSON without a crash, and count nothing that is not whole", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (entries) => {
        const { policies: valid, problems } = read(entries);
        expect(valid).toEqual([]);
        expect(problems).toHaveLength(Math.min(entries.length, 200));
      }),
    );
  });
});
