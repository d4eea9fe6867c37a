import * as z from "zod";
import { baseUrlOf } from "./base-url.ts";
import { type Access, VendorClient } from "./client.ts";
import { path } from "./path.ts";
import { orAbsent } from "./problem.ts";

const text = z.string().max(2000);
const moment = z.iso.datetime({ offset: true });
const named = z.looseObject({ id: text, name: text });

const user = named.extend({ email: text, role: text.nullish() });

const schedule = z.looseObject({
  id: text,
  name: text,
  time_zone: text,
  final_schedule: z.looseObject({
    rendered_coverage_percentage: z.number().nullish(),
    rendered_schedule_entries: z
      .array(
        z.looseObject({
          start: moment,
          end: moment,
          user: z.looseObject({ id: text, summary: text.nullish() }),
        }),
      )
      .max(20_000),
  }),
});

/** How a schedule is made, of which {@link schedule} is the outcome. */
const rotation = z.looseObject({
  id: text,
  name: text,
  time_zone: text,
  schedule_layers: z
    .array(
      z.looseObject({
        name: text.nullish(),
        start: text.nullish(),
        end: text.nullish(),
        rotation_virtual_start: text,
        rotation_turn_length_seconds: z.number(),
        users: z.array(z.looseObject({ user: z.looseObject({ id: text }) })).max(1000),
        restrictions: z.array(z.json()).max(1000).nullish(),
      }),
    )
    .max(1000),
});

const escalationPolicy = z.looseObject({
  id: text,
  name: text,
  num_loops: z.number(),
  escalation_rules: z
    .array(
      z.looseObject({
        escalation_delay_in_minutes: z.number(),
        targets: z.array(z.looseObject({ id: text, type: text, summary: text.nullish() })).max(1000),
      }),
    )
    .max(1000),
});

const service = z.looseObject({
  id: text,
  name: text,
  status: text,
  escalation_policy: z.looseObject({ id: text }),
  integrations: z
    .array(z.looseObject({ id: text, type: text, summary: text.nullish() }))
    .max(1000)
    .nullish(),
});

const window = z.looseObject({
  id: text,
  start_time: text,
  end_time: text,
  description: text.nullish(),
  services: z.array(z.looseObject({ id: text })).max(1000),
});

/** Of what is done with an event, only what keeps it from calling anybody; the rest may hold secrets. */
const actions = z.object({
  suppress: z.boolean().nullish(),
  suspend: z.number().nullish(),
  drop_event: z.boolean().nullish(),
});
const rules = z
  .array(
    z.looseObject({
      label: text.nullish(),
      disabled: z.boolean().nullish(),
      conditions: z
        .array(z.looseObject({ expression: text }))
        .max(1000)
        .nullish(),
      actions: actions.nullish(),
    }),
  )
  .max(1000);

/** What becomes of the events of a service before it has an incident of them. */
const orchestration = z.looseObject({
  sets: z.array(z.looseObject({ id: text, rules })).max(1000),
  catch_all: z.looseObject({ actions: actions.nullish() }).nullish(),
});

export type PagerDutySchedule = z.infer<typeof schedule>;

/** PagerDuty's REST API, as https://developer.pagerduty.com/api-reference describes it. The key is in `PAGERDUTY_TOKEN`. */
export class PagerDuty {
  #client: VendorClient;

  constructor({ environment = process.env, ...access }: Access = {}) {
    this.#client = new VendorClient({
      vendor: "PagerDuty",
      baseUrl: baseUrlOf("https://api.pagerduty.com", "OPTROPIC_PAGERDUTY_URL", environment),
      token: { variable: "PAGERDUTY_TOKEN", value: environment.PAGERDUTY_TOKEN },
      authorization: (token) => `Token token=${token}`,
      ...access,
    });
  }

  /** Those whose name or address contains a text. */
  users(query: string) {
    return this.#list("users", "/users", user, { query });
  }

  /** Those whose name contains a text. */
  schedules(query: string) {
    return this.#list("schedules", "/schedules", named, { query });
  }

  escalationPolicies(query: string) {
    return this.#list("escalation_policies", "/escalation_policies", escalationPolicy, { query });
  }

  services(query: string) {
    return this.#list("services", "/services", service, { query });
  }

  /** Windows in which services call nobody, now or later. */
  maintenanceWindows() {
    return this.#list("maintenance_windows", "/maintenance_windows", window, { filter: "ongoing" });
  }

  /** What becomes of the events of a service; undefined where nobody has set that up. */
  async serviceOrchestration(serviceId: string) {
    const answer = await orAbsent(
      this.#client.ask({
        path: path`/event_orchestrations/services/${serviceId}`,
        headers: versioned,
        right: "read event orchestrations",
        schema: z.looseObject({ orchestration_path: orchestration }),
      }),
    );
    return answer?.orchestration_path;
  }

  /** The layers of a schedule. */
  async rotation(id: string) {
    const answer = await this.#client.ask({
      path: path`/schedules/${id}`,
      headers: versioned,
      right: "read schedules",
      schema: z.looseObject({ schedule: rotation }),
    });
    return answer.schedule;
  }

  /** Who is on call by a schedule between two moments. */
  async schedule(id: string, since: Date, until: Date): Promise<PagerDutySchedule> {
    const answer = await this.#client.ask({
      path: path`/schedules/${id}`,
      query: { since: since.toISOString(), until: until.toISOString(), time_zone: "UTC" },
      headers: versioned,
      right: "read schedules",
      schema: z.looseObject({ schedule }),
    });
    return answer.schedule;
  }

  /** Lists come with an offset and whether there is more. */
  #list<Item>(
    name: string,
    of: string,
    item: z.ZodType<Item>,
    query: Readonly<Record<string, string>>,
  ): Promise<Item[]> {
    const limit = 100;
    return this.#client.collect(name, async (offset = "0") => {
      const answer = await this.#client.ask({
        path: of,
        query: { ...query, limit, offset },
        headers: versioned,
        right: `read ${name.replaceAll("_", " ")}`,
        schema: z
          .looseObject({ more: z.boolean().nullish(), [name]: z.array(z.unknown()).max(1000) })
          .transform((answered, context) => {
            const items = z.array(item).safeParse(answered[name]);
            // Where the answer does not say so, a full page may have another after it.
            if (items.success)
              return { more: answered.more ?? items.data.length >= limit, items: items.data };
            context.addIssue({ code: "custom", message: `${name} has another form` });
            return z.NEVER;
          }),
      });
      return { items: answer.items, next: answer.more ? String(Number(offset) + limit) : undefined };
    });
  }
}

const versioned = { accept: "application/vnd.pagerduty+json;version=2" };
