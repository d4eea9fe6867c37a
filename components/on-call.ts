import { EscalationPolicy } from "@pulumi/pagerduty/escalationPolicy.js";
import { getUserOutput } from "@pulumi/pagerduty/getUser.js";
import { Schedule } from "@pulumi/pagerduty/schedule.js";
import { Service } from "@pulumi/pagerduty/service.js";
import { ServiceIntegration } from "@pulumi/pagerduty/serviceIntegration.js";
import { User } from "@pulumi/pagerduty/user.js";
import * as pulumi from "@pulumi/pulumi";
import { vendorName } from "../config/naming.ts";
import type { Settings, Stage } from "../config/settings.ts";
import { rotation } from "./on-call/rotation.ts";

export interface OnCallArgs {
  stage: Stage;
  project: Settings["project"];
  onCall: Settings["onCall"];
}

/**
 * Who is called when the platform is in trouble, on PagerDuty (items S6.3 to S6.5): the people, a primary and
 * a secondary schedule that share one rotation, an escalation policy of three levels (primary, secondary,
 * everyone) that starts again, and a service with a key each for Grafana and Sentry.
 *
 * A new user is reached by e-mail only: PagerDuty keeps telephone numbers and the app's push messages with the
 * person, who enters them at the first login. The token comes from the environment, PAGERDUTY_TOKEN.
 */
export class OnCall extends pulumi.ComponentResource {
  /** PagerDuty's id of the service. */
  readonly serviceId: pulumi.Output<string>;
  /** Name of the service. */
  readonly serviceName: pulumi.Output<string>;
  /** Key with which Grafana opens incidents, by the Events API v2. Secret. */
  readonly grafanaIntegrationKey: pulumi.Output<string>;
  /** Key with which Sentry opens incidents, by the Events API v2. Secret. */
  readonly sentryIntegrationKey: pulumi.Output<string>;
  /** Page of the primary schedule, where people see who is on call. */
  readonly scheduleUrl: pulumi.Output<string>;
  /** Page of the escalation policy (item S6.5). */
  readonly escalationUrl: pulumi.Output<string>;

  constructor(name: string, args: OnCallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("optropic:index:OnCall", name, {}, opts);

    const people = findPeople(this, name, args);
    const primary = createSchedule(this, name, args, people, 0);
    const secondary = createSchedule(this, name, args, people, 1);
    const escalation = createEscalation(this, name, args, { primary, secondary, people });
    const service = createService(this, name, args, escalation);

    const site = `https://${args.onCall.account}.pagerduty.com`;
    this.serviceId = service.id;
    this.serviceName = service.name;
    this.grafanaIntegrationKey = integrate(this, name, service, "Grafana");
    this.sentryIntegrationKey = integrate(this, name, service, "Sentry");
    this.scheduleUrl = pulumi.interpolate`${site}/schedules#${primary.id}`;
    this.escalationUrl = pulumi.interpolate`${site}/escalation_policies#${escalation.id}`;
    this.registerOutputs({
      serviceId: this.serviceId,
      serviceName: this.serviceName,
      grafanaIntegrationKey: this.grafanaIntegrationKey,
      sentryIntegrationKey: this.sentryIntegrationKey,
      scheduleUrl: this.scheduleUrl,
      escalationUrl: this.escalationUrl,
    });
  }
}

/** Ids of the people, in the order of the settings. */
function findPeople(parent: OnCall, name: string, { onCall }: OnCallArgs): pulumi.Output<string>[] {
  return onCall.people.map((person) => {
    if (!onCall.invite) return getUserOutput({ email: person.email }, { parent }).id;
    const user = new User(
      `${name}-${person.email.replace(/@.*/, "")}`,
      {
        name: person.name,
        email: person.email,
        timeZone: onCall.timeZone,
        // Takes and resolves incidents, and changes no configuration.
        role: "limited_user",
        description: "Declared by the stack.",
      },
      { parent },
    );
    return user.id;
  });
}

const levels = ["primary", "secondary"] as const;

/** The schedule of a level. At any time the two are different people, where there are two. */
function createSchedule(
  parent: OnCall,
  name: string,
  { stage, project, onCall }: OnCallArgs,
  people: readonly pulumi.Output<string>[],
  level: 0 | 1,
): Schedule {
  return new Schedule(
    `${name}-${levels[level]}`,
    {
      name: vendorName(project, stage, `on-call-${levels[level]}`),
      description: `Level ${level + 1} of the escalation.`,
      timeZone: onCall.timeZone,
      layers: [rotation(onCall, people, level)],
      // A shift that a change of the rotation cuts short keeps its full length.
      overflow: true,
    },
    { parent },
  );
}

function createEscalation(
  parent: OnCall,
  name: string,
  { stage, project, onCall }: OnCallArgs,
  to: { primary: Schedule; secondary: Schedule; people: readonly pulumi.Output<string>[] },
): EscalationPolicy {
  const { firstMinutes, secondMinutes, repeat } = onCall.escalation;
  const schedule = (id: pulumi.Output<string>) => ({ type: "schedule_reference", id });
  return new EscalationPolicy(
    `${name}-escalation`,
    {
      name: vendorName(project, stage, "escalation"),
      description: "The primary on call, then the secondary, then everyone of the rotation.",
      numLoops: repeat,
      rules: [
        { escalationDelayInMinutes: firstMinutes, targets: [schedule(to.primary.id)] },
        { escalationDelayInMinutes: secondMinutes, targets: [schedule(to.secondary.id)] },
        {
          escalationDelayInMinutes: secondMinutes,
          targets: to.people.map((id) => ({ type: "user_reference", id })),
        },
      ],
    },
    { parent },
  );
}

function createService(
  parent: OnCall,
  name: string,
  { stage, project }: OnCallArgs,
  escalation: EscalationPolicy,
): Service {
  return new Service(
    `${name}-service`,
    {
      name: vendorName(project, stage, "platform"),
      description: "The platform: web application, API, database and edge.",
      escalationPolicy: escalation.id,
      // What the Events API v2 needs: alerts that it resolves by itself.
      alertCreation: "create_alerts_and_incidents",
      // Only what is critical is sent here, so all of it follows the escalation.
      incidentUrgencyRule: { type: "constant", urgency: "high" },
      // Seconds: an incident that was taken and is still open after half an hour is triggered again.
      acknowledgementTimeout: "1800",
      // "null" is never: an incident is open until its alert or a person says otherwise.
      autoResolveTimeout: "null",
    },
    { parent },
  );
}

/** A key of the service for one sender, so that it can be revoked without the other's. */
function integrate(parent: OnCall, name: string, service: Service, sender: string): pulumi.Output<string> {
  const integration = new ServiceIntegration(
    `${name}-${sender.toLowerCase()}`,
    { name: sender, service: service.id, type: "events_api_v2_inbound_integration" },
    { parent, additionalSecretOutputs: ["integrationKey"] },
  );
  return pulumi.secret(integration.integrationKey);
}
