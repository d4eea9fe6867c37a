import type { types } from "@pulumi/grafana";
import { ContactPoint, type ContactPointArgs } from "@pulumi/grafana/alerting/contactPoint.js";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/settings.ts";
import { kebabCase } from "../../lib/text.ts";
import type { AlertRule } from "../../metrics/alerts.ts";
import type { ObservabilityArgs, ObservabilityScope } from "./args.ts";
import type { GrafanaLinks } from "./links.ts";
import { templateOf } from "./templates.ts";

/** The role that answers for an alert, one of the contacts. */
export type Owner = keyof Settings["contacts"];

/** Names of the contact points, by which the notification policy refers to them. */
export interface ContactPoints {
  readonly slack: pulumi.Output<string>;
  readonly pagerDuty: pulumi.Output<string> | undefined;
  readonly email: readonly { readonly owner: Owner; readonly contactPoint: pulumi.Output<string> }[];
}

type ContactArgs = Pick<
  ObservabilityArgs,
  "observability" | "contacts" | "slackWebhookUrl" | "pagerDutyIntegrationKey"
>;

/** Where alerts go: the team's Slack channel, the mailbox of their owner, and the pager (item S6.3). */
export function createContactPoints(
  scope: ObservabilityScope,
  args: ContactArgs,
  rules: readonly Pick<AlertRule, "owner">[],
  links: GrafanaLinks,
): ContactPoints {
  const owners = [...new Set(rules.map(({ owner }) => owner))];
  return {
    slack: createSlack(scope, args).name,
    pagerDuty: createPagerDuty(scope, args, links)?.name,
    email: owners.map((owner) => ({ owner, contactPoint: createEmail(scope, args, owner).name })),
  };
}

/** Name of the contact point of a rule that names one itself. */
export type DirectContactPoints = (rule: Pick<AlertRule, "owner" | "severity">) => pulumi.Output<string>;

/**
 * One contact point for each severity and owner, with everybody who is told: a rule names one alone. It does
 * without the organization's notification policy, which then stays as it is.
 */
export function createDirectContactPoints(
  scope: ObservabilityScope,
  args: ContactArgs,
  rules: readonly Pick<AlertRule, "owner" | "severity">[],
  links: GrafanaLinks,
): DirectContactPoints {
  const partOf = ({ owner, severity }: Pick<AlertRule, "owner" | "severity">): string =>
    `${severity}-${kebabCase(owner)}`;
  const created = new Map(
    rules.map((rule): [string, Pick<AlertRule, "owner" | "severity">] => [partOf(rule), rule]),
  );
  const names = new Map(
    [...created].map(([part, { owner, severity }]) => {
      const pagers = severity === "critical" ? pagersOf(args, links) : [];
      const point = new ContactPoint(
        ...scope.named("direct", `direct-${part}`, {
          name: `Platform ${part.replace("-", " ")}`,
          slacks: slacksOf(args),
          emails: emailsOf(args, owner),
          ...(pagers.length > 0 && { pagerduties: pagers }),
        }),
      );
      return [part, point.name] as const;
    }),
  );
  return (rule) => {
    const name = names.get(partOf(rule));
    if (name === undefined) throw new pulumi.RunError(`no contact point for ${partOf(rule)}`);
    return name;
  };
}

function createSlack(scope: ObservabilityScope, args: ContactArgs): ContactPoint {
  return new ContactPoint(...scope.child("slack", { name: "Slack", slacks: slacksOf(args) }));
}

function slacksOf({ slackWebhookUrl, observability }: ContactArgs): NonNullable<ContactPointArgs["slacks"]> {
  return [
    {
      url: pulumi.secret(slackWebhookUrl),
      recipient: observability.slackChannel,
      title: templateOf("title"),
      text: templateOf("text"),
    },
  ];
}

function emailsOf({ contacts }: ContactArgs, owner: Owner): NonNullable<ContactPointArgs["emails"]> {
  return [{ addresses: [contacts[owner]], subject: templateOf("title"), message: templateOf("text") }];
}

function pagersOf({ pagerDutyIntegrationKey }: ContactArgs, links: GrafanaLinks): pulumi.Input<PagerDuty>[] {
  if (pagerDutyIntegrationKey === undefined) return [];
  return [
    {
      integrationKey: pulumi.secret(pagerDutyIntegrationKey),
      severity: "{{ .CommonLabels.severity }}",
      class: "{{ .CommonLabels.alertname }}",
      component: "{{ .CommonLabels.host }}",
      summary: templateOf("title"),
      client: "Grafana",
      clientUrl: links.dashboards.service,
      details: { alerts: templateOf("text") },
    },
  ];
}

type PagerDuty = types.input.alerting.ContactPointPagerduty;

function createEmail(scope: ObservabilityScope, args: ContactArgs, owner: Owner): ContactPoint {
  return new ContactPoint(
    ...scope.named("email", `email-${kebabCase(owner)}`, {
      name: `E-mail ${kebabCase(owner)}`,
      emails: emailsOf(args, owner),
    }),
  );
}

function createPagerDuty(
  scope: ObservabilityScope,
  args: ContactArgs,
  links: GrafanaLinks,
): ContactPoint | undefined {
  const pagerduties = pagersOf(args, links);
  if (pagerduties.length === 0) return undefined;
  return new ContactPoint(...scope.child("pagerduty", { name: "PagerDuty", pagerduties }));
}
