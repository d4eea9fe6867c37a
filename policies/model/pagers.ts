import type { ServiceArgs } from "@pulumi/pagerduty";
import { adapters } from "../adapters/index.ts";
import {
  type Finding,
  fault,
  judge,
  judgeStack,
  type ResourceOf,
  type Stack,
  some,
  type Verdict,
} from "../framework/index.ts";
import type { Sender } from "./adapter.ts";
import { type ContactPoint, channelsOf, contactPoints } from "./contact-points.ts";
import { pagerduty } from "./tokens.ts";

/** What sends messages to people beside Grafana. */
export const sendersElsewhere = (stack: Stack): readonly Sender[] =>
  adapters.flatMap((adapter) => adapter.channels?.(stack) ?? []);

/** PagerDuty's key shows which service it is of; others only say that they page, and whom is judged with their schedules. */
export function judgePagers(stack: Stack): Finding[] {
  const pagers = contactPoints(stack).filter(isPager);
  const others = contactPoints(stack).filter((point) => !isPager(point));
  const isPaged = () =>
    some(others, (point) => channelsOf(point).some(({ pages }) => pages)) ||
    some(sendersElsewhere(stack), ({ channels }) => channels().some(({ pages }) => pages));
  return pagers.length > 0
    ? pagers.map((point) => judge(point, () => judgePager(point)))
    : [
        judgeStack(
          () =>
            isPaged() ||
            "No contact point of a pager, such as PagerDuty, is declared, so no alert reaches the person on call.",
        ),
      ];
}

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

/** Services at PagerDuty whose key a contact point has. */
export function servicesOf(point: ContactPoint): ResourceOf<ServiceArgs>[] {
  return point
    .dependenciesOf("pagerduties")
    .flatMap((source) => (source.is(pagerduty.integration) ? [...source.dependenciesOf("service")] : []))
    .filter((source) => source.is(pagerduty.service));
}
