import { fault, known, type ResourceOf, type Stack, unproved, type Verdict } from "../../framework/index.ts";
import type { Placed } from "../../model/adapter.ts";
import { perStack } from "../../model/per-stack.ts";
import { grafana } from "../../model/tokens.ts";

/**
 * Two providers may lead to two installations of Grafana. An alert is sent by the routes and contact points of its own,
 * and reads the metrics that are collected there.
 */
export function placed(stack: Stack): Placed[] {
  const alerting = alertingAt(stack);
  if (alerting.size === 0) return [];
  const routed = stack.ofType(grafana.contactPoint, grafana.notificationPolicy, grafana.routingTree);
  const routes = new Set(routed.map(placeOf));
  return [
    ...routed.map((resource) => ({
      resource,
      isRight: (): Verdict => {
        const place = placeOf(resource);
        return (
          place === undefined ||
          alerting.has(place) ||
          unproved(
            undefined,
            `${resource.name} is at ${place}, and the alerts of this stack are at ${[...alerting].join(", ")}.`,
            "Give it the provider of the alert rules, or waive this policy for it where it sends what others declare.",
          )
        );
      },
    })),
    ...stack.ofType(grafana.ruleGroup).map((resource) => ({
      resource,
      isRight: (): Verdict => {
        const place = placeOf(resource);
        return (
          place === undefined ||
          routed.length === 0 ||
          routes.has(undefined) ||
          routes.has(place) ||
          fault(
            resource.at("rules"),
            `${resource.name} is at ${place}, where this stack declares no contact point.`,
            "Give it the provider of the contact points.",
          )
        );
      },
    })),
  ];
}

/** Whether a dashboard, job or check is where no alert is, so that it is about other metrics. */
export function isElsewhere(stack: Stack, resource: ResourceOf<unknown>): boolean {
  const place = placeOf(resource);
  const alerting = alertingAt(stack);
  return place !== undefined && alerting.size > 0 && !alerting.has(place);
}

/** Where alerts are, as far as it is known; nowhere if that of any is not. */
const alertingAt = perStack((stack): ReadonlySet<string> => {
  const places = stack.ofType(grafana.ruleGroup).map(placeOf);
  return new Set(places.includes(undefined) ? [] : places.filter((place) => place !== undefined));
});

/** The host of the installation that a resource is at, or what its address is made from; undefined where nothing says it. */
function placeOf({ provider }: ResourceOf<unknown>): string | undefined {
  if (!provider?.is(grafana.provider)) return undefined;
  const url = provider.at("url");
  if (url.isUnknown) {
    const sources = provider.dependenciesOf("url");
    return sources.length === 0 ? undefined : sources.map(({ name }) => name).join(", ");
  }
  const text = known(() => url.string());
  return URL.parse(text ?? "")?.host;
}
