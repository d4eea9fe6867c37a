import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { defaultRunbooks } from "../../docs/runbooks.ts";
import { alertNames } from "../../metrics/alerts.ts";
import { contract } from "../../metrics/contract.ts";
import { metricsReference } from "../../metrics/describe.ts";
import { runbooks } from "../../metrics/runbooks.ts";
import { rules } from "./support/rules.ts";

const docs = new URL("../../docs/", import.meta.url);

describe("docs/metrics.md", () => {
  it("is what the contract says: node metrics/describe.ts > docs/metrics.md", () => {
    expect(readFileSync(new URL("metrics.md", docs), "utf8")).toBe(metricsReference());
  });

  it.each(Object.entries(contract))("has a row for %s", (name, { type, unit }) => {
    expect(metricsReference()).toMatch(new RegExp(`^\\| \`${name}\` +\\| ${type} +\\| ${unit} +\\|`, "m"));
  });
});

describe("docs/runbooks", () => {
  const pages = [...defaultRunbooks()];

  it.each(pages)("%s is what the rules say: node docs/runbooks.ts", (name, text) => {
    expect(readFileSync(new URL(`runbooks/${name}`, docs), "utf8")).toBe(text);
  });

  it("has one page for each alert and none besides", () => {
    const expected = ["README.md", ...alertNames.map((name) => `${name}.md`)];
    expect(readdirSync(new URL("runbooks/", docs)).sort()).toEqual(expected.sort());
    expect(rules().map(({ runbook }) => runbook)).toEqual(
      rules().map(({ name }) => `docs/runbooks/${name}.md`),
    );
  });

  it.each(pages)("%s links only to pages that there are, and has nothing left to fill in", (name, text) => {
    const page = new URL(`runbooks/${name}`, docs);
    for (const [, target = ""] of text.matchAll(/\]\(([^)]+)\)/g))
      expect(existsSync(new URL(target, page)), target).toBe(true);
    expect(text).not.toMatch(/\{\{|undefined|\$labels/);
  });

  it.each(alertNames)("%s says what to check and what to do", (name) => {
    const { impact, checks, remedies } = runbooks[name];
    expect(checks.length).toBeGreaterThanOrEqual(2);
    expect(remedies.length).toBeGreaterThanOrEqual(2);
    for (const line of [impact, ...checks, ...remedies]) expect(line).toMatch(/[.?]$/);
  });
});

describe("the alert rules", () => {
  it("have each a name of their own, and all of the names", () => {
    expect(
      rules()
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...alertNames].sort());
  });

  it("link to a dashboard and to their own runbook", () => {
    for (const rule of rules()) {
      expect(rule.dashboardUrl).toBe(`https://optropic.grafana.example/d/${rule.dashboard}`);
      expect(rule.runbookUrl).toBe(`https://runbooks.optropic.example/${rule.name}.md`);
    }
  });

  it("answer to every alert that the checklist names", () => {
    const items = rules().flatMap((rule) => [...rule.items]);
    expect(items).toEqual(expect.arrayContaining(["A.1", "A.2", "A.3", "A.4", "A.5"]));
  });
});
