import type { Access } from "../../vendors/client.ts";
import { PagerDuty } from "../../vendors/pagerduty.ts";
import { Sentry } from "../../vendors/sentry.ts";
import { Supabase } from "../../vendors/supabase.ts";
import { forEachPart, type Reading } from "./reading.ts";

export const supabaseAsked = ["supabase_project"];

export const supabaseTypes = [...supabaseAsked, "supabase_settings"];

export async function readSupabase(reading: Reading, access: Access): Promise<void> {
  const api = new Supabase(access);
  const projects = await reading.read({ types: supabaseTypes, what: "projects" }, () => api.projects());
  for (const { ref, name, region, organizations } of projects ?? []) {
    reading.add({
      ...{ type: "supabase_project", name, id: ref },
      attributes: { name, region, organization_id: organizations[0] },
      withheld: [["database_password"], ["instance_size"]],
    });
    reading.leaveUnasked({
      ...{ types: ["supabase_settings"], what: `settings of ${name}`, attributes: { project_ref: ref } },
    });
  }
}

const unaskedOfSentry = [
  ...["alert", "issue_alert", "metric_alert", "cron_monitor", "metric_monitor", "uptime_monitor"],
  ...["organization_data_scrubbing", "integration_pagerduty"],
].map((kind) => `sentry_${kind}`);

export const sentryAsked = ["sentry_project", "sentry_key"];

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
    },
    (count) =>
      reading.leave({ types: sentryTypes, what: `${count} more projects`, why: "there are too many" }),
  );
  if (projects !== undefined)
    reading.leaveUnasked({
      ...{ types: unaskedOfSentry, what: "alerts and monitors" },
    });
}

const unaskedOfPagerDuty = [
  ...["schedule", "service_integration", "service_event_rule", "ruleset_rule", "maintenance_window"],
  ...["event_orchestration_unrouted", "event_orchestration_service", "event_orchestration_global"],
].map((kind) => `pagerduty_${kind}`);

export const pagerDutyAsked = ["pagerduty_user", "pagerduty_escalation_policy", "pagerduty_service"];

export const pagerDutyTypes = [...pagerDutyAsked, ...unaskedOfPagerDuty];

export async function readPagerDuty(reading: Reading, access: Access): Promise<void> {
  const api = new PagerDuty(access);
  const of = (type: string, what: string) => ({ types: [type], what });
  await Promise.all([
    reading
      .read(of("pagerduty_user", "users"), () => api.users(""))
      .then((users = []) => {
        for (const { id, name, email, role } of users)
          reading.add({ ...{ type: "pagerduty_user", name: email, id }, attributes: { name, email, role } });
      }),
    reading
      .read(of("pagerduty_escalation_policy", "escalation policies"), () => api.escalationPolicies(""))
      .then((policies = []) => {
        for (const { id, name, num_loops, escalation_rules } of policies)
          reading.add({
            ...{ type: "pagerduty_escalation_policy", name, id },
            attributes: {
              ...{ name, num_loops },
              rule: escalation_rules.map(({ escalation_delay_in_minutes, targets }) => ({
                escalation_delay_in_minutes,
                target: targets.map((target) => ({ id: target.id, type: target.type })),
              })),
            },
          });
      }),
    reading
      .read(of("pagerduty_service", "services"), () => api.services(""))
      .then((services = []) => {
        for (const { id, name, escalation_policy } of services)
          reading.add({
            ...{ type: "pagerduty_service", name, id },
            attributes: { name, escalation_policy: escalation_policy.id },
          });
      }),
  ]);
  reading.leaveUnasked({
    ...{ types: unaskedOfPagerDuty, what: "schedules, integrations and event rules" },
  });
}
