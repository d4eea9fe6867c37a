import { describe, expect, test } from "vitest";
import * as z from "zod";
import { alertRules } from "../../../metrics/alerts.ts";
import type { RecordedResource } from "../recorder.ts";
import { args, declare } from "./declare.ts";
import { type Labels, receivers, routeSchema } from "./routing.ts";

const { named, ofType, resources } = await declare();
const route = routesOf(named("observability-notifications"));

function routesOf(policy: RecordedResource) {
  const tree = routeSchema.parse(policy.inputs);
  return (labels: Labels) => receivers(tree, labels);
}

describe("contact points", () => {
  test("are Slack, the pager and a mailbox of each owner", () => {
    const names = ofType("grafana:alerting/contactPoint:ContactPoint").map(({ inputs }) => inputs.name);
    expect(names).toEqual([
      "Slack",
      "PagerDuty",
      "E-mail technical-lead",
      "E-mail devops",
      "E-mail database-admin",
    ]);
  });

  test("keep the webhook and the key secret", async () => {
    expect(await named("observability-slack").secretAt("slacks", "0", "url")).toBe(true);
    expect(await named("observability-pagerduty").secretAt("pagerduties", "0", "integrationKey")).toBe(true);
  });

  test("send mail to whom the settings name", () => {
    expect(named("observability-email-devops").inputs).toMatchObject({
      emails: [{ addresses: ["devops@optropic.example"] }],
    });
  });

  test("do not page where the stage has no pager", async () => {
    const unpaged = await declare({ pagerDutyIntegrationKey: undefined });
    expect(unpaged.resources.map(({ name }) => name)).not.toContain("observability-pagerduty");
    const sent = routesOf(unpaged.named("observability-notifications"));
    expect(sent({ severity: "critical", owner: "devops" }).map(({ contactPoint }) => contactPoint)).toEqual([
      "E-mail devops",
      "Slack",
    ]);
  });
});

describe("an alert that is", () => {
  test("critical pages, is posted and mailed to its owner, at any time", () => {
    const sent = route({ severity: "critical", owner: "databaseAdmin" });
    expect(sent.map(({ contactPoint }) => contactPoint)).toEqual([
      "PagerDuty",
      "E-mail database-admin",
      "Slack",
    ]);
    expect(sent.flatMap(({ muteTimings }) => muteTimings)).toEqual([]);
  });

  test("a warning does not page, and is not posted during maintenance", () => {
    const sent = route({ severity: "warning", owner: "technicalLead" });
    expect(sent.map(({ contactPoint }) => contactPoint)).toEqual(["E-mail technical-lead", "Slack"]);
    expect(sent.at(-1)?.muteTimings).toEqual(["Maintenance"]);
  });

  test("somebody else's is posted", () => {
    expect(route({}).map(({ contactPoint }) => contactPoint)).toEqual(["Slack"]);
    expect(route({ owner: "devops" }).map(({ contactPoint }) => contactPoint)).toEqual(["Slack"]);
  });

  test.each(alertRules(args.objectives, { grafana: "https://g.example", runbooks: "https://r.example" }))(
    "$name reaches its owner and the channel",
    ({ severity, owner }) => {
      const sent = route({ severity, owner }).map(({ contactPoint }) => contactPoint);
      expect(sent).toContain("Slack");
      expect(sent.some((name) => name.startsWith("E-mail "))).toBe(true);
      expect(sent.includes("PagerDuty")).toBe(severity === "critical");
    },
  );
});

test("alerts of a rule and a host are one message, repeated while they last", () => {
  expect(named("observability-notifications").inputs).toMatchObject({
    groupBies: ["grafana_folder", "alertname", "host"],
    groupWait: "30s",
    groupInterval: "5m",
    repeatInterval: "12h",
    policies: [{ repeatInterval: "1h" }, {}, {}, {}, { repeatInterval: "4h" }, { repeatInterval: "12h" }],
  });
});

test("the maintenance window is that of the settings", () => {
  expect(named("observability-maintenance").inputs).toEqual({
    name: "Maintenance",
    intervals: [{ weekdays: ["sunday"], times: [{ start: "03:00", end: "04:00" }], location: "UTC" }],
  });
});

describe("the messages", () => {
  test("are whole: every block is closed, every part that is used is defined", () => {
    const { template } = named("observability-messages").inputs;
    const used = JSON.stringify(resources.map(({ inputs }) => inputs)).matchAll(
      /\{\{ template \\"([\w.]+)\\" \. \}\}/g,
    );
    const actions = [...String(template).matchAll(/\{\{ (\w+)(?: "([\w.]+)")?/g)];
    const defined = actions.filter(([, word]) => word === "define").map(([, , name]) => name);
    for (const [, name] of used) expect(defined).toContain(name);

    let depth = 0;
    for (const [, word = ""] of actions) {
      if (["define", "if", "range"].includes(word)) depth += 1;
      if (word === "end") depth -= 1;
      expect(depth).toBeGreaterThanOrEqual(word === "define" ? 1 : 0);
      if (word === "define") expect(depth).toBe(1);
    }
    expect(depth).toBe(0);
  });

  test("are there before a contact point uses them", () => {
    for (const { options } of ofType("grafana:alerting/contactPoint:ContactPoint")) {
      expect(options.dependsOn).toHaveLength(1);
    }
    expect(named("observability-messages").inputs).toMatchObject({ name: "optropic" });
  });
});

describe("with the organization's routes kept", () => {
  test("each rule names its contact point, which has everybody who is told, and no policy is declared", async () => {
    const grafana = { ...args.observability.grafana, routes: "keep" as const };
    const kept = await declare({ observability: { ...args.observability, grafana } });
    expect(kept.ofType("grafana:alerting/notificationPolicy:NotificationPolicy")).toEqual([]);
    const points = new Map(
      kept.ofType("grafana:alerting/contactPoint:ContactPoint").map(({ inputs }) => [inputs.name, inputs]),
    );
    const rules = kept
      .ofType("grafana:alerting/ruleGroup:RuleGroup")
      .flatMap(({ inputs }) => directRules.parse(inputs.rules));
    expect(rules.length).toBeGreaterThan(5);
    for (const { labels, notificationSettings } of rules) {
      const point = points.get(notificationSettings.contactPoint);
      expect(Object.keys(point ?? {})).toEqual(expect.arrayContaining(["slacks", "emails"]));
      expect(point !== undefined && "pagerduties" in point).toBe(labels.severity === "critical");
      expect(notificationSettings.muteTimings ?? []).toEqual(
        labels.severity === "critical" ? [] : ["Maintenance"],
      );
    }
    // What does not belong to notifications keeps its name.
    const names = new Set(kept.resources.map(({ name }) => name));
    const gone = resources.map(({ name }) => name).filter((name) => !names.has(name));
    expect(gone.filter((name) => !/-(?:slack|pagerduty|email-[a-z-]+|notifications)$/.test(name))).toEqual(
      [],
    );
  });
});

const directRules = z.array(
  z.looseObject({
    labels: z.looseObject({ severity: z.string() }),
    notificationSettings: z.looseObject({
      contactPoint: z.string(),
      muteTimings: z.array(z.string()).optional(),
    }),
  }),
);
