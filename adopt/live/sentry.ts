import { snakeCase } from "../../lib/text.ts";
import type { Access } from "../../vendors/client.ts";
import { Sentry, type SentryAlert } from "../../vendors/sentry.ts";
import { forEachPart, type Reading } from "./reading.ts";
import { addMonitor, sentryMonitorTypes } from "./sentry-monitors.ts";

const unaskedOfSentry = [
  ...["issue_alert", "metric_alert", "organization_data_scrubbing", "integration_pagerduty"],
].map((kind) => `sentry_${kind}`);

export const sentryAsked = ["sentry_project", "sentry_key", "sentry_alert", ...sentryMonitorTypes];

export const sentryTypes = [...sentryAsked, ...unaskedOfSentry];

/** @param region that stores the organization's data, such as `de` */
export async function readSentry(
  reading: Reading,
  { organization, region = "us" }: { organization?: string | undefined; region?: string | undefined },
  access: Access,
): Promise<void> {
  if (organization === undefined) {
    const why = "nobody said which organization it is; give --sentry or SENTRY_ORGANIZATION";
    reading.leave({ types: sentryTypes, what: "projects", why });
    return;
  }
  const api = new Sentry({ organization, region }, access);
  const projects = await reading.read({ types: sentryTypes, what: "projects" }, () => api.projects());
  await forEachPart(
    projects ?? [],
    async ({ id, slug }) => {
      reading.add({
        ...{ type: "sentry_project", name: slug, id },
        attributes: { organization, name: slug, slug },
      });
      const of = {
        types: ["sentry_key"],
        what: `keys of ${slug}`,
        attributes: { organization, project: slug },
      };
      for (const key of (await reading.read(of, () => api.keys(slug))) ?? [])
        reading.add({
          ...{ type: "sentry_key", name: `${slug} ${key.name ?? key.id}`, id: key.id },
          attributes: {
            ...{ organization, project: slug, name: key.name },
            ...(key.rateLimit && {
              rate_limit_count: key.rateLimit.count,
              rate_limit_window: key.rateLimit.window,
            }),
          },
        });
      const own = { organization, project: slug };
      const watching = { types: sentryMonitorTypes, what: `monitors of ${slug}`, attributes: own };
      for (const monitor of (await reading.read(watching, () => api.monitorsInFull(id))) ?? [])
        addMonitor(reading, monitor, own);
    },
    (count) =>
      reading.leave({ types: sentryTypes, what: `${count} more projects`, why: "there are too many" }),
  );
  if (projects === undefined) return;
  const of = { types: ["sentry_alert"], what: "alerts", attributes: { organization } };
  for (const alert of (await reading.read(of, () => api.alertsInFull())) ?? [])
    reading.add({
      ...{ type: "sentry_alert", name: alert.name, id: alert.id },
      attributes: { organization, ...alertAttributes(alert) },
    });
  reading.leaveUnasked({ types: unaskedOfSentry, what: "alerts from before there were monitors" });
}

/** An alert in the words of the provider, which names a condition or an action by its key. */
function alertAttributes({ name, enabled, environment, ...alert }: SentryAlert) {
  return {
    ...{ name, enabled, environment, monitor_ids: alert.detectorIds ?? [] },
    frequency_minutes: alert.config?.frequency,
    trigger_conditions: (alert.triggers?.conditions ?? []).map(({ type }) => ({ [snakeCase(type)]: {} })),
    action_filters: (alert.actionFilters ?? []).map(({ logicType, conditions, actions }) => ({
      logic_type: logicType,
      conditions: (conditions ?? []).map(({ type, comparison }) => ({
        [snakeCase(type)]:
          typeof comparison === "object" && comparison !== null ? comparison : { comparison },
      })),
      actions: actions.map(({ type, integrationId, config }) => ({
        [snakeCase(type)]: {
          integration_id: integrationId,
          ...(type === "email"
            ? { target_id: config?.targetIdentifier }
            : { service_id: config?.targetIdentifier }),
        },
      })),
    })),
  };
}
