import * as z from "zod";
import type { Access } from "../../../vendors/client.ts";
import { PagerDuty } from "../../../vendors/pagerduty.ts";
import { type Documents, either, maybe, moment, text, word } from "./words.ts";

const pagerDuty = (access: Access) => new PagerDuty(access);
const page = { offset: either(z.int()), limit: either(z.int()), more: either(z.boolean()) };
const reference = z.looseObject({ id: text, type: text, summary: either(text) });

/** https://github.com/PagerDuty/api-schema */
export const ofPagerDuty: Documents = {
  "/schedules": {
    ask: (access) => pagerDuty(access).schedules(""),
    shape: z.looseObject({ ...page, schedules: z.array(z.looseObject({ id: text, name: text })) }),
  },
  "/schedules/{id}": {
    ask: (access) => pagerDuty(access).schedule("S0", new Date(0), new Date(1)),
    shape: z.looseObject({
      schedule: z.looseObject({
        ...{ id: text, name: text, time_zone: text },
        final_schedule: z.looseObject({
          name: word("Final Schedule", "Overrides"),
          rendered_coverage_percentage: either(maybe(z.number())),
          rendered_schedule_entries: z.array(
            z.looseObject({ start: moment, end: moment, user: z.looseObject({ id: text, type: text }) }),
          ),
        }),
      }),
    }),
  },
  "/escalation_policies": {
    ask: (access) => pagerDuty(access).escalationPolicies(""),
    shape: z.looseObject({
      ...page,
      escalation_policies: z.array(
        z.looseObject({
          ...{ id: text, name: text, num_loops: z.int() },
          escalation_rules: z.array(
            z.looseObject({
              ...{ id: either(text), escalation_delay_in_minutes: z.int() },
              targets: z.array(
                z.looseObject({
                  id: text,
                  type: word(
                    "user_reference",
                    "schedule_reference",
                    "user",
                    "schedule",
                    "schedule_v3_reference",
                  ),
                }),
              ),
            }),
          ),
        }),
      ),
    }),
  },
  "/services": {
    ask: (access) => pagerDuty(access).services(""),
    shape: z.looseObject({
      ...page,
      services: z.array(
        z.looseObject({
          ...{ id: text, name: text, escalation_policy: reference, integrations: either(z.array(reference)) },
          status: word("active", "warning", "critical", "maintenance", "disabled"),
        }),
      ),
    }),
  },
};
