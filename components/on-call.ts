import * as pulumi from "@pulumi/pulumi";
import { Component } from "./component.ts";
import type { OnCallArgs } from "./on-call/args.ts";
import { createEscalation } from "./on-call/escalation.ts";
import { findPeople } from "./on-call/people.ts";
import { createSchedule } from "./on-call/schedule.ts";
import { createService, integrate } from "./on-call/service.ts";
import { Scope } from "./scope.ts";

export type { OnCallArgs } from "./on-call/args.ts";

/**
 * Who is called when the platform is in trouble, on PagerDuty (items S6.3 to S6.5): the people, a primary and a
 * secondary schedule that share one rotation, an escalation policy of three levels (primary, secondary,
 * everyone) that starts again, and a service with one key for Grafana and one for Sentry.
 *
 * A new user gets e-mail only: people enter their telephone numbers and register the app for push messages
 * themselves, at their first login. The token comes from the environment, PAGERDUTY_TOKEN.
 */
export class OnCall extends Component {
  /** PagerDuty's id of the service. */
  readonly serviceId: pulumi.Output<string>;
  /** Name of the service. */
  readonly serviceName: pulumi.Output<string>;
  /** Key with which Grafana opens incidents through the Events API v2. Secret. */
  readonly grafanaIntegrationKey: pulumi.Output<string>;
  /** Key with which Sentry opens incidents through the Events API v2. Secret. */
  readonly sentryIntegrationKey: pulumi.Output<string>;
  /** Page of the primary schedule, which shows who is on call. */
  readonly scheduleUrl: pulumi.Output<string>;
  /** Page of the escalation policy (item S6.5). */
  readonly escalationUrl: pulumi.Output<string>;

  constructor(name: string, args: OnCallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("OnCall", name, opts);
    const scope = new Scope(name, { parent: this }, args);

    const people = findPeople(scope, args);
    const primary = createSchedule(scope, args, people, 0);
    const secondary = createSchedule(scope, args, people, 1);
    const escalation = createEscalation(scope, args, { primary, secondary, people });
    const service = createService(scope, args, escalation);

    const site = `https://${args.onCall.account}.pagerduty.com`;
    this.serviceId = service.id;
    this.serviceName = service.name;
    this.grafanaIntegrationKey = integrate(scope, service, "Grafana");
    this.sentryIntegrationKey = integrate(scope, service, "Sentry");
    this.scheduleUrl = pulumi.interpolate`${site}/schedules#${primary.id}`;
    this.escalationUrl = pulumi.interpolate`${site}/escalation_policies#${escalation.id}`;
    this.publish(scope);
  }
}
