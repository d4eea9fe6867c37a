import { ContactPoint } from "@pulumi/grafana/alerting/contactPoint.js";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/settings.ts";
import type { ObservabilityScope } from "./scope.ts";
import { templateOf } from "./templates.ts";

/** Role of the contacts that answers for an alert. */
export type Owner = keyof Settings["contacts"];

export interface ContactPointsArgs {
  readonly contacts: Settings["contacts"];
  /** Roles that alerts belong to: each gets mail of its own alerts. */
  readonly owners: readonly Owner[];
  readonly slackChannel: string;
  readonly slackWebhookUrl: pulumi.Input<string>;
  /** Key of the PagerDuty integration; none where the stage pages nobody. */
  readonly pagerDutyIntegrationKey: pulumi.Input<string> | undefined;
  /** URL that an incident links as its origin. */
  readonly dashboardUrl: string;
}

/** Names of the contact points, as the notification policy refers to them. */
export interface ContactPoints {
  readonly slack: pulumi.Output<string>;
  readonly pagerDuty: pulumi.Output<string> | undefined;
  readonly email: readonly { readonly owner: Owner; readonly contactPoint: pulumi.Output<string> }[];
}

/** Where alerts go: the team's Slack channel, the mailbox of their owner and the pager (item S6.3). */
export function createContactPoints(scope: ObservabilityScope, args: ContactPointsArgs): ContactPoints {
  return {
    slack: createSlack(scope, args).name,
    pagerDuty: createPagerDuty(scope, args)?.name,
    email: args.owners.map((owner) => ({ owner, contactPoint: createEmail(scope, args, owner).name })),
  };
}

function createSlack(scope: ObservabilityScope, args: ContactPointsArgs): ContactPoint {
  return new ContactPoint(
    `${scope.name}-slack`,
    {
      name: "Slack",
      slacks: [
        {
          url: pulumi.secret(args.slackWebhookUrl),
          recipient: args.slackChannel,
          title: templateOf("title"),
          text: templateOf("text"),
        },
      ],
    },
    scope.options,
  );
}

function createEmail(scope: ObservabilityScope, args: ContactPointsArgs, owner: Owner): ContactPoint {
  return new ContactPoint(
    `${scope.name}-email-${kebab(owner)}`,
    {
      name: `E-mail ${kebab(owner)}`,
      emails: [
        { addresses: [args.contacts[owner]], subject: templateOf("title"), message: templateOf("text") },
      ],
    },
    scope.options,
  );
}

function createPagerDuty(scope: ObservabilityScope, args: ContactPointsArgs): ContactPoint | undefined {
  if (args.pagerDutyIntegrationKey === undefined) return undefined;
  return new ContactPoint(
    `${scope.name}-pagerduty`,
    {
      name: "PagerDuty",
      pagerduties: [
        {
          integrationKey: pulumi.secret(args.pagerDutyIntegrationKey),
          severity: "{{ .CommonLabels.severity }}",
          class: "{{ .CommonLabels.alertname }}",
          component: "{{ .CommonLabels.host }}",
          summary: templateOf("title"),
          client: "Grafana",
          clientUrl: args.dashboardUrl,
          details: { alerts: templateOf("text") },
        },
      ],
    },
    scope.options,
  );
}

function kebab(owner: Owner): string {
  return owner.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
