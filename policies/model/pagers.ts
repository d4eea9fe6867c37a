import type { ServiceArgs, ServiceIntegrationArgs } from "@pulumi/pagerduty";
import type { IntegrationPagerdutyArgs } from "@pulumi/sentry";
import { adapters } from "../adapters/index.ts";
import {
  type Finding,
  fault,
  judge,
  judgeStack,
  type Resource,
  type ResourceOf,
  type Stack,
  some,
  type Verdict,
} from "../framework/index.ts";
import type { Sender } from "./adapter.ts";
import { type ContactPoint, channelsOf, contactPoints } from "./contact-points.ts";
import { followsSeverity } from "./pager-silence.ts";
import { pagerduty, sentry } from "./tokens.ts";

/** What sends messages to people beside Grafana. */
export const sendersElsewhere = (stack: Stack): readonly Sender[] =>
  adapters.flatMap((adapter) => adapter.channels?.(stack) ?? []);

/** Judges what keeps other vendors from calling whoever is on call. */
export const silencesElsewhere = (stack: Stack, now: number): Finding[] =>
  adapters
    .flatMap((adapter) => adapter.silences?.(stack, now) ?? [])
    .map(({ resource, verdict }) => judge(resource, verdict));

/** PagerDuty's key shows which service it is of; others only say that they page, and whom is judged with their schedules. */
export function judgePagers(stack: Stack): Finding[] {
  const pagers = contactPoints(stack).filter(isPager);
  const others = contactPoints(stack).filter((point) => !isPager(point));
  const isPaged = () =>
    some(others, (point) => channelsOf(point).some(({ pages }) => pages)) ||
    some(sendersElsewhere(stack), ({ channels }) => channels().some(({ pages }) => pages));
  const pages = stack
    .ofType(sentry.pagerduty)
    .map((pager) => judge(pager, () => judgeErrorPager(stack, pager)));
  return pagers.length > 0
    ? [...pagers.map((point) => judge(point, () => judgePager(point))), ...pages]
    : [
        ...pages,
        judgeStack(
          () =>
            isPaged() ||
            "No contact point of a pager, such as PagerDuty, is declared, so no alert reaches the person on call.",
        ),
      ];
}

/** Errors page the same people: where the stack declares a service at PagerDuty, the key is one of its own. */
function judgeErrorPager(stack: Stack, pager: ResourceOf<IntegrationPagerdutyArgs>): Verdict {
  return (
    stack.ofType(pagerduty.service).length === 0 ||
    pager.dependenciesOf("integrationKey").some((source) => source.is(pagerduty.integration)) ||
    fault(
      pager.at("integrationKey"),
      `The key of ${pager.name} is not that of a service that this stack declares.`,
      "Make integrationKey from a pagerduty.ServiceIntegration of the service.",
    )
  );
}

/** Services at PagerDuty that errors page. */
export const errorServices = (stack: Stack): ResourceOf<ServiceArgs>[] =>
  stack.ofType(sentry.pagerduty).flatMap((pager) => servicesBehind(pager.dependenciesOf("integrationKey")));

export function isPager(point: ContactPoint): boolean {
  const pagers = point.at("pagerduties");
  return pagers.isUnknown || pagers.items().length > 0;
}

function judgePager(point: ContactPoint): Verdict {
  const integrations = point
    .dependenciesOf("pagerduties")
    .filter((source) => source.is(pagerduty.integration));
  if (integrations.length === 0) {
    return fault(
      point.at("pagerduties"),
      `The key of ${point.name} is not that of a service that this stack declares.`,
    );
  }
  const deaf = integrations.find((it) => it.is(pagerduty.integration) && !takesEvents(it));
  if (deaf?.is(pagerduty.integration)) {
    const type = deaf.at("type");
    return fault(
      type,
      `${deaf.name} is a ${type.string()}, which has no key for the events of ${point.name}.`,
    );
  }
  const elsewhere = point
    .at("pagerduties")
    .items()
    .map((entry) => entry.at("url"))
    .find((url) => !/^(?:https:\/\/events\.(?:eu\.)?pagerduty\.com(?:[/:?]|$)|$)/.test(url.string() ?? ""));
  if (elsewhere !== undefined) {
    return fault(
      elsewhere,
      `${point.name} sends its events to ${elsewhere.string()}, which is not PagerDuty.`,
    );
  }
  const minor = point
    .at("pagerduties")
    .items()
    .map((entry) => entry.at("severity"))
    .find((severity) => !severity.isUnknown && isMinor(severity.string() ?? "critical"));
  if (minor !== undefined && servicesOf(point).some(followsSeverity)) {
    return fault(
      minor,
      `${point.name} sends each event as ${minor.string()}, for which the urgency of its service is low.`,
      "Leave severity out, or set it to critical or {{ .CommonLabels.severity }}.",
    );
  }
  const services = servicesOf(point);
  if (services.length === 0) {
    return `The integration of ${point.name} is not that of a service that this stack declares.`;
  }
  return (
    services
      .flatMap((service) => service.dependenciesOf("escalationPolicy"))
      .some((source) => source.is(pagerduty.escalationPolicy)) ||
    `The service behind ${point.name} has no escalation policy that this stack declares.`
  );
}

const isMinor = (severity: string): boolean => /^(?:info|warning)$/i.test(severity.trim());

/** Grafana sends events of version 2; an integration of a vendor's own takes them too. */
function takesEvents(integration: ResourceOf<ServiceIntegrationArgs>): boolean {
  const type = integration.at("type").string();
  return !/^(?!events_api_v2)\w+_inbound_integration$/.test(type ?? "");
}

/** Services at PagerDuty whose key a contact point has. */
export const servicesOf = (point: ContactPoint): ResourceOf<ServiceArgs>[] =>
  servicesBehind(point.dependenciesOf("pagerduties"));

function servicesBehind(sources: readonly Resource[]): ResourceOf<ServiceArgs>[] {
  return sources
    .flatMap((source) => (source.is(pagerduty.integration) ? [...source.dependenciesOf("service")] : []))
    .filter((source) => source.is(pagerduty.service));
}
