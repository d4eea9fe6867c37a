import { ContactPoint } from "@pulumi/grafana/alerting/contactPoint.js";
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

function createSlack(scope: ObservabilityScope, args: ContactArgs): ContactPoint {
  return new ContactPoint(
    ...scope.child("slack", {
      name: "Slack",
      slacks: [
        {
          url: pulumi.secret(args.slackWebhookUrl),
          recipient: args.observability.slackChannel,
          title: templateOf("title"),
          text: templateOf("text"),
        },
      ],
    }),
  );
}

function createEmail(scope: ObservabilityScope, args: ContactArgs, owner: Owner): ContactPoint {
  return new ContactPoint(
    ...scope.named("email", `email-${kebabCase(owner)}`, {
      name: `E-mail ${kebabCase(owner)}`,
      emails: [
        { addresses: [args.contacts[owner]], subject: templateOf("title"), message: templateOf("text") },
      ],
    }),
  );
}

function createPagerDuty(
  scope: ObservabilityScope,
  { pagerDutyIntegrationKey }: ContactArgs,
  links: GrafanaLinks,
): ContactPoint | undefined {
  if (pagerDutyIntegrationKey === undefined) return undefined;
  return new ContactPoint(
    ...scope.child("pagerduty", {
      name: "PagerDuty",
      pagerduties: [
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
      ],
    }),
  );
}
