import { describe, expect, it } from "vitest";
import { decide } from "../../evidence/decide.ts";
import { readRecord, sealRun } from "../../evidence/record.ts";
import { reportDocument } from "../../evidence/report/document.ts";
import { htmlReport } from "../../evidence/report/html.ts";
import { junitReport } from "../../evidence/report/junit.ts";
import { markdownReport } from "../../evidence/report/markdown.ts";
import { statusText } from "../../evidence/report/status.ts";
import type { Run } from "../../evidence/statement.ts";
import { verifyEvidence } from "../../evidence/verify.ts";
import { junitProblems } from "../preview/report/junit-schema.ts";
import { readXml } from "../preview/report/xml.ts";
import { busyReport } from "./busy.ts";
import { hostile, spoiled } from "./hostile.ts";
import { resultOf, runOf } from "./records.ts";

const at = new Date("2026-11-28T13:00:00Z");

function reported(summary: string, changes: Partial<Run> = {}) {
  const controls = [
    {
      kind: "probe" as const,
      name: "https-redirect",
      title: summary,
      items: ["4.2" as const],
      run: "verify" as const,
    },
  ];
  const run = runOf({
    results: [
      resultOf({
        state: "does-not-hold",
        summary,
        fix: summary,
        measured: summary,
        expected: summary,
        unit: "ms",
        place: { path: summary.slice(0, 100), line: 1 },
        url: "javascript:alert(1)",
      }),
    ],
    ...changes,
  });
  const { name, bytes } = sealRun(run, undefined);
  const records = [readRecord(name, bytes, [])];
  const decision = decide({
    project: "optropic",
    stack: "production",
    at,
    records,
    controls,
    signedOnly: false,
    waivers: [],
    phase: "after",
    validHours: {
      preview: 1,
      verify: 24,
      drill: 1,
      backup: 1,
      "load-test": 1,
      gate: 1,
      migration: 1,
      release: 1,
      rollback: 1,
      watch: 1,
      attestation: 2184,
    },
  });
  return reportDocument({
    tool: { name: "optropic", version: "3.0.0" },
    release: "3.0.0",
    repository: "optropic/platform",
    settings: new Map([["optropic", "5e".repeat(32)]]),
    decision,
    records,
    verification: verifyEvidence({ records, problems: [summary], keys: 0 }, [], at),
    contacts: {
      technicalLead: "lead@optropic.example",
      devops: "devops@optropic.example",
      databaseAdmin: "database@optropic.example",
      security: "security@optropic.example",
    },
    links: [
      { title: summary, url: "https://status.optropic.example/" },
      { title: "x", url: "javascript:alert(1)" },
    ],
  });
}

describe("every format", () => {
  const document = reported(hostile);

  it("gives the same bytes for the same evidence at the same moment", () => {
    expect(htmlReport(reported(hostile))).toBe(htmlReport(document));
    expect(JSON.stringify(reported(hostile))).toBe(JSON.stringify(document));
  });

  it("is no-go with evidence that is not whole, and says what would restore it", () => {
    expect(document.decision).toBe("no-go");
    expect(document.actions[0]?.what).toMatch(/^Restore the evidence/);
  });

  it("has all items with a state and a reason", () => {
    expect(document.items).toHaveLength(175);
    expect(document.items.filter(({ reason, verdict }) => reason === "" || verdict === undefined)).toEqual(
      [],
    );
    expect(document.items.find(({ id }) => id === "4.2")?.verdict).toBe("does-not-hold");
  });
});

describe("a report", () => {
  const document = busyReport();

  it("shows the newest release step by step, and what the watch saw of errors and latency", () => {
    const { release, watch } = document.history;
    expect(release.at(0)).toMatchObject({ control: "step-release-branch", state: "holds", ofCommit: false });
    expect(release.at(-1)).toMatchObject({ kind: "watch", title: "Watch over the first day" });
    expect(watch.map(({ title, unit }) => `${title} ${unit}`)).toEqual(
      expect.arrayContaining(["Error rate %", "Latency P95 ms", "Latency P99 ms"]),
    );
    // The longest that was looked at, with the objective that another hour has.
    const errors = watch.find(({ title }) => title === "Error rate");
    expect(errors).toMatchObject({ limit: 1, values: expect.any(Array) });
    expect(Date.parse(errors?.to ?? "") - Date.parse(errors?.from ?? "")).toBe(24 * 3_600_000);
  });

  it("shows of a series what did not hold, however long it held before", () => {
    const [from, to] = ["2026-11-28T10:00:00.000Z", "2026-11-28T12:00:00.000Z"];
    const samples = { title: "Error rate", unit: "%", from, to, values: [0.1, 0.1] };
    const holds = resultOf({ samples });
    const later = "2026-11-28T11:00:00.000Z";
    const broken = { ...samples, from: later, limit: 1, values: [0.1, 8] };
    const failed = resultOf({
      control: { kind: "probe", name: "watch-error-rate-stable" },
      ...{ state: "does-not-hold", samples: broken },
    });
    for (const results of [
      [holds, failed],
      [failed, holds],
    ]) {
      const sealed = sealRun(runOf({ kind: "watch", results }), undefined);
      const shown = busyReport([readRecord(sealed.name, sealed.bytes, [])]);
      expect(shown.history.watch).toEqual([broken]);
    }
  });

  it("counts the controls of each kind once, and says how old the evidence is", () => {
    const sum = Object.values(document.controls.find(({ kind }) => kind === "policy")?.totals ?? {});
    const policies = new Set(
      document.items.flatMap(({ controls }) =>
        controls.flatMap(({ kind, name }) => (kind === "policy" ? [name] : [])),
      ),
    );
    expect(sum.reduce((one, other) => one + other)).toBe(policies.size);
    expect(document.ages).toContainEqual(
      expect.objectContaining({ kind: "verify", ageMinutes: 180, until: "2026-11-29T15:00:00.000Z" }),
    );
  });

  it("has the drift of the newest verification", () => {
    expect(document.drift).toMatchObject({ compared: 61, rows: [{ vendor: "cloudflare", declared: "1.2" }] });
    expect(markdownReport(document)).toContain("61 settings compared with the vendors");
    expect(htmlReport(document)).toContain("61 settings compared with their vendors");
  });
});

describe("HTML", () => {
  const html = htmlReport(reported(hostile));

  it("keeps a text of the evidence from being more than text", () => {
    const [before = ""] = html.split("<script>");
    const body = before.slice(before.indexOf("<body>"));
    expect(body).not.toMatch(/<script|<img|onerror=(?!alert\(1\)&gt;)/i);
    expect(html).not.toMatch(/href="(?!https?:|#|data:,")/i);
    expect(html).not.toContain("\u001b");
    expect(html).not.toContain("\u202e");
    expect(html.match(/<script>/g)).toHaveLength(1);
  });

  it("asks for nothing from elsewhere", () => {
    expect(html).not.toMatch(/(?:src|@import|url\()\s*=?\s*["']?(?:https?:)?\/\//i);
    expect(html).toContain("default-src 'none'");
  });
});

describe("Markdown", () => {
  it("keeps a text of the evidence from being more than text", () => {
    const markdown = markdownReport(reported(hostile));
    const outside = markdown.replaceAll(/(`+)[^`][\s\S]*?\1/g, "");
    expect(outside).not.toMatch(/@lead|#1\b|https:\/\/evil|<script|<img|\]\(/);
  });
});

describe("JUnit", () => {
  it("counts what does not hold, what is not known and what is skipped", () => {
    const xml = junitReport(reported("It answers 200"));
    expect(xml).toMatch(
      /<testsuites name="optropic report optropic\/production" tests="175" failures="1" errors="17\d" skipped="\d+">/,
    );
    expect(xml).toContain(
      '<testcase classname="4. Security Configuration" name="4.2 HTTPS enforced (no HTTP)">',
    );
    expect(xml).toContain('<failure message="It answers 200" type="does-not-hold"/>');
    expect(junitReport(reported(hostile))).not.toContain("<script");
    const root = readXml(junitReport(busyReport()));
    const suites = root.children.map(({ attributes }) => attributes);
    for (const part of ["tests", "failures", "errors", "skipped"]) {
      expect(suites.reduce((sum, suite) => sum + Number(suite[part]), 0)).toBe(Number(root.attributes[part]));
    }
    expect(root.attributes.tests).toBe("175");
    expect(root.children.flatMap(({ children }) => children)).toHaveLength(175);
  });
});

describe("JUnit's schema", () => {
  it("takes a report of whatever the evidence says, and no document of another form", async () => {
    const right = [reported("It answers 200"), reported(hostile), busyReport(), spoiled(busyReport())].map(
      junitReport,
    );
    expect(await junitProblems(right)).toEqual([]);
    const wrong = [
      [/ tests="175"/, ' tests="many"'],
      [/ classname="[^"]*"/, ""],
      [/<failure [^>]*>/, "<failure/>"],
      [/<testcase /, "<test "],
      ["</testsuites>", ""],
    ] as const;
    const [xml = ""] = right;
    for (const [from, to] of wrong) expect(await junitProblems([xml.replace(from, to)])).not.toEqual([]);
  });
});

describe("the status", () => {
  it.each([60, 80, 120])("fits %i columns, with the verdict last", (width) => {
    const text = statusText(reported(hostile), { color: false, width, actions: 5 });
    const lines = text.trimEnd().split("\n");
    expect(lines.at(-1)).toMatch(/^NO-GO: \d+ actions needed$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.max(width, 100));
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain("\u202e");
  });

  it.each([
    [80, 24],
    [100, 24],
    [132, 43],
  ])("is on one screen of %i columns and %i rows, every section and the prompt included", (width, rows) => {
    const document = busyReport();
    const waivers = document.waivers.slice(0, 1);
    const text = statusText({ ...document, waivers }, { color: false, width, rows, actions: 8 });
    const lines = text.split("\n");
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(width);
    for (const { section } of document.sections) expect(text).toContain(section.slice(0, 15));
    expect(lines.filter((line) => line.startsWith("- ")).length).toBeGreaterThan(3);
    expect(lines.at(-2)).toMatch(/^NO-GO: \d+ actions needed$/);
  });
});
