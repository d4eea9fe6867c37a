import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AlertRule } from "../../../metrics/alerts.ts";
import { ruleFile } from "../../../metrics/prometheus.ts";
import type { Scenario } from "./scenario.ts";

export interface Verdict {
  readonly passed: boolean;
  readonly output: string;
}

/** What `promtool check rules` says of the rules. */
export function checkRules(rules: readonly AlertRule[]): Promise<Verdict> {
  return promtool(["check", "rules", "rules.yml"], { "rules.yml": ruleFile(rules) });
}

/** Whether each query is PromQL, by `promtool check rules`: they are its recording rules. */
export function checkQueries(queries: readonly string[]): Promise<Verdict> {
  const rules = queries.map((expr, index) => ({ record: `query:${index}`, expr }));
  return promtool(["check", "rules", "rules.yml"], { "rules.yml": { groups: [{ name: "queries", rules }] } });
}

/** What `promtool test rules` says of the rules, when the scenarios, all of the same step, are played. */
export function testRules(rules: readonly AlertRule[], scenarios: readonly Scenario[]): Promise<Verdict> {
  const step = `${scenarios[0]?.stepSeconds ?? 60}s`;
  return promtool(["test", "rules", "test.yml"], {
    "rules.yml": ruleFile(rules),
    "test.yml": {
      rule_files: ["rules.yml"],
      evaluation_interval: step,
      tests: scenarios.map((scenario) => ({
        name: scenario.title,
        interval: step,
        input_series: scenario.input,
        alert_rule_test: scenario.moments.map(({ at, firing }) => ({
          eval_time: `${at}m`,
          alertname: scenario.alert,
          exp_alerts: firing.map((labels) => expected(rules, scenario.alert, labels)),
        })),
      })),
    },
  });
}

/**
 * Which of the expressions, each of a rule of its own that waits for two minutes, does not fire at that minute, by one
 * run of `promtool test rules`.
 */
export async function neverFiring(
  exprs: readonly string[],
  input: readonly { readonly series: string; readonly values: string }[],
  minute: number,
): Promise<string[]> {
  const rules = exprs.map((expr, index) => ({ alert: `rule-${index}`, expr, for: "2m" }));
  const isFiring = (index: number) => `count(ALERTS{alertname="rule-${index}",alertstate="firing"}) > bool 0`;
  const { passed, output } = await promtool(["test", "rules", "test.yml"], {
    "rules.yml": { groups: [{ name: "rules", rules }] },
    "test.yml": {
      rule_files: ["rules.yml"],
      evaluation_interval: "1m",
      tests: [
        {
          interval: "1m",
          input_series: input,
          promql_expr_test: exprs.map((_, index) => ({
            expr: isFiring(index),
            eval_time: `${minute}m`,
            exp_samples: [{ labels: "{}", value: 1 }],
          })),
        },
      ],
    },
  });
  if (passed) return [];
  const silent = exprs.filter(
    (_, index) =>
      output.includes(`alertname=\\"rule-${index}\\"`) || output.includes(`alertname="rule-${index}"`),
  );
  return silent.length > 0 ? silent : [output];
}

/** An alert as Prometheus sends it: the labels of its series, and the texts with them filled in. */
function expected(rules: readonly AlertRule[], name: string, series: Readonly<Record<string, string>>) {
  const [group] = ruleFile(rules.filter((rule) => rule.name === name)).groups;
  const [rule] = group?.rules ?? [];
  if (!rule) throw new Error(`There is no rule ${name}.`);
  const filled = Object.entries(rule.annotations).map(([key, text]) => [
    key,
    text.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => series[label] ?? ""),
  ]);
  return { exp_labels: { ...series, ...rule.labels }, exp_annotations: Object.fromEntries(filled) };
}

async function promtool(args: readonly string[], files: Readonly<Record<string, unknown>>): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), "optropic-promtool-"));
  try {
    for (const [name, content] of Object.entries(files))
      await writeFile(join(folder, name), JSON.stringify(content));
    return await new Promise<Verdict>((resolve, reject) => {
      // It ends before it needs its memory back, and collecting it takes a part of its time.
      const env = { ...process.env, GOGC: "off" };
      execFile("promtool", [...args], { cwd: folder, env, timeout: 170_000 }, (error, stdout, stderr) => {
        if (error && typeof error.code !== "number") reject(error);
        else resolve({ passed: !error, output: stdout + stderr });
      });
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
