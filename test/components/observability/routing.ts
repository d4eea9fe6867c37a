import * as z from "zod";

export type Labels = Readonly<Record<string, string>>;

/** A route of the notification policy, or its root. */
export const routeSchema = z.object({
  contactPoint: z.string(),
  matchers: z.array(z.object({ label: z.string(), match: z.string(), value: z.string() })).default([]),
  continue: z.boolean().default(false),
  muteTimings: z.array(z.string()).default([]),
  get policies() {
    return z.array(routeSchema).default([]);
  },
});

export type Route = z.infer<typeof routeSchema>;

/**
 * The routes by which an alert is sent, as Alertmanager walks the tree: the children in order, up to the first
 * that matches and does not continue; the parent where none of them does.
 * https://prometheus.io/docs/alerting/latest/configuration/#route-related-settings
 */
export function receivers(route: Route, labels: Labels): Route[] {
  const found: Route[] = [];
  for (const child of route.policies) {
    if (!matches(child, labels)) continue;
    found.push(...receivers(child, labels));
    if (!child.continue) break;
  }
  return found.length > 0 ? found : [route];
}

function matches({ matchers }: Route, labels: Labels): boolean {
  return matchers.every(({ label, match, value }) => {
    const found = labels[label] ?? "";
    const same = match.endsWith("~") ? new RegExp(`^(?:${value})$`).test(found) : found === value;
    return match.startsWith("!") ? !same : same;
  });
}
