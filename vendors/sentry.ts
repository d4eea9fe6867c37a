import * as z from "zod";
import { baseUrlOf } from "./base-url.ts";
import { type Access, VendorClient, type VendorRequest } from "./client.ts";
import { nextLink } from "./link.ts";
import { path } from "./path.ts";
import { VendorProblem } from "./problem.ts";

const text = z.string().max(10_000);
const id = z.union([text, z.number().transform(String)]);

const project = z.looseObject({
  id,
  slug: text,
  status: text.optional(),
  dataScrubber: z.boolean().optional(),
  dataScrubberDefaults: z.boolean().optional(),
  safeFields: z.array(text).max(1000).optional(),
});

const key = z.looseObject({
  id,
  name: text.nullish(),
  public: text.nullish(),
  isActive: z.boolean(),
  rateLimit: z.looseObject({ count: z.number(), window: z.number() }).nullish(),
});

/** An alert of the workflow engine: what happens when an issue of a monitor appears. */
const alert = z.looseObject({
  id,
  name: text,
  enabled: z.boolean(),
  detectorIds: z.array(id).max(1000).nullish(),
});

/** The same with what it waits for and does. */
const alertInFull = alert.extend({
  environment: text.nullish(),
  config: z.looseObject({ frequency: z.number().nullish() }).nullish(),
  triggers: z.looseObject({ conditions: z.array(z.looseObject({ type: text })).max(1000) }).nullish(),
  actionFilters: z
    .array(
      z.looseObject({
        logicType: text,
        conditions: z
          .array(z.looseObject({ type: text, comparison: z.json().optional() }))
          .max(1000)
          .nullish(),
        actions: z
          .array(
            z.looseObject({
              type: text,
              integrationId: id.nullish(),
              config: z
                .looseObject({ targetIdentifier: id.nullish(), targetDisplay: text.nullish() })
                .nullish(),
            }),
          )
          .max(1000),
      }),
    )
    .max(1000)
    .nullish(),
});

/** A monitor of the workflow engine. */
const monitor = z.looseObject({ id, name: text, type: text, enabled: z.boolean(), projectId: id.nullish() });

/** The same with what it watches, of each kind of monitor. */
const monitorInFull = monitor.extend({
  description: text.nullish(),
  config: z
    .looseObject({
      environment: text.nullish(),
      downtimeThreshold: z.number().nullish(),
      recoveryThreshold: z.number().nullish(),
      detectionType: text.nullish(),
      comparisonDelta: z.number().nullish(),
    })
    .nullish(),
  conditionGroup: z
    .looseObject({
      logicType: text,
      conditions: z
        .array(z.looseObject({ type: text, comparison: z.json().optional(), conditionResult: z.json() }))
        .max(1000)
        .nullish(),
    })
    .nullish(),
  dataSources: z
    .array(
      z.looseObject({
        queryObj: z
          .looseObject({
            url: text.nullish(),
            method: text.nullish(),
            intervalSeconds: z.number().nullish(),
            timeoutMs: z.number().nullish(),
            assertion: z.json().nullish(),
            config: z
              .looseObject({
                schedule: z.union([text, z.array(z.union([text, z.number()])).length(2)]),
                checkin_margin: z.number().nullish(),
                max_runtime: z.number().nullish(),
                timezone: text.nullish(),
                failure_issue_threshold: z.number().nullish(),
                recovery_threshold: z.number().nullish(),
              })
              .nullish(),
            snubaQuery: z
              .looseObject({
                aggregate: text,
                dataset: text,
                query: text.nullish(),
                queryType: z.number().nullish(),
                environment: text.nullish(),
                eventTypes: z.array(text).max(100).nullish(),
                timeWindow: z.number().nullish(),
              })
              .nullish(),
          })
          .nullish(),
      }),
    )
    .max(100)
    .nullish(),
});

const issue = z.looseObject({
  id,
  shortId: text.nullish(),
  level: text.nullish(),
  firstSeen: text.nullish(),
  count: z.union([z.number(), text.transform(Number)]).nullish(),
});

const release = z.looseObject({ version: text, dateCreated: text.nullish(), dateReleased: text.nullish() });

const checkIn = z.looseObject({
  id: text,
  status: text,
  dateCreated: text.optional(),
  dateAdded: text.nullish(),
});

const event = z.looseObject({
  eventID: text,
  groupID: id.nullish(),
  message: text.nullish(),
  title: text.nullish(),
});

export type SentryAlert = z.infer<typeof alertInFull>;
export type SentryMonitor = z.infer<typeof monitorInFull>;
export type SentryIssue = z.infer<typeof issue>;

/** Sentry's API, as https://docs.sentry.io/api describes it. The token is in `SENTRY_AUTH_TOKEN`. */
export class Sentry {
  #client: VendorClient;
  #organization: string;

  /** @param region that stores the organization's data, such as `de` */
  constructor(
    { organization, region }: { organization: string; region: string },
    { environment = process.env, ...access }: Access = {},
  ) {
    this.#organization = organization;
    this.#client = new VendorClient({
      vendor: "Sentry",
      baseUrl: baseUrlOf(`https://${region}.sentry.io/api/0`, "OPTROPIC_SENTRY_URL", environment),
      token: { variable: "SENTRY_AUTH_TOKEN", value: environment.SENTRY_AUTH_TOKEN },
      ...access,
    });
  }

  projects() {
    return this.#list("projects", {
      path: path`/organizations/${this.#organization}/projects/`,
      right: "read the projects (project:read)",
      schema: z.array(project).max(1000),
    });
  }

  /** @throws {VendorProblem} `not-found` */
  project(slug: string) {
    return this.#client.ask({
      path: path`/projects/${this.#organization}/${slug}/`,
      right: "read the project (project:read)",
      schema: project,
    });
  }

  keys(slug: string) {
    return this.#list("keys", {
      path: path`/projects/${this.#organization}/${slug}/keys/`,
      right: "read the keys of the project (project:read)",
      schema: z.array(key).max(1000),
    });
  }

  alerts() {
    return this.#list("alerts", {
      path: path`/organizations/${this.#organization}/workflows/`,
      right: "read alerts (alerts:read)",
      schema: z.array(alert).max(1000),
    });
  }

  alertsInFull() {
    return this.#list("alerts", {
      path: path`/organizations/${this.#organization}/workflows/`,
      right: "read alerts (alerts:read)",
      schema: z.array(alertInFull).max(1000),
    });
  }

  monitors(projectId: string) {
    return this.#monitors(projectId, monitor);
  }

  /** The same with what each watches. */
  monitorsInFull(projectId: string): Promise<SentryMonitor[]> {
    return this.#monitors(projectId, monitorInFull);
  }

  #monitors<Monitor>(projectId: string, schema: z.ZodType<Monitor>): Promise<Monitor[]> {
    return this.#list("monitors", {
      path: path`/organizations/${this.#organization}/detectors/`,
      query: { project: projectId },
      right: "read monitors (alerts:read)",
      schema: z.array(schema).max(1000),
    });
  }

  /** Check-ins of a cron monitor, the newest first; one page. */
  checkIns(slug: string, monitorSlug: string) {
    return this.#client.ask({
      path: path`/projects/${this.#organization}/${slug}/monitors/${monitorSlug}/checkins/`,
      right: "read check-ins (alerts:read)",
      schema: z.array(checkIn).max(1000),
    });
  }

  /** Releases whose version contains a text, the newest first; one page. */
  releases(projectId: string, query: string) {
    return this.#client.ask({
      path: path`/organizations/${this.#organization}/releases/`,
      query: { project: projectId, query, per_page: 100 },
      right: "read releases (project:releases)",
      schema: z.array(release).max(1000),
    });
  }

  /** Issues of a project by Sentry's own search; one page of at most 100. */
  issues(projectId: string, query: string): Promise<SentryIssue[]> {
    return this.#client.ask({
      path: path`/organizations/${this.#organization}/issues/`,
      query: { project: projectId, query, limit: 100, statsPeriod: "" },
      right: "read issues (event:read)",
      schema: z.array(issue).max(1000),
    });
  }

  /** @throws {VendorProblem} `not-found` until the vendor has stored it */
  event(slug: string, eventId: string) {
    return this.#client.ask({
      path: path`/projects/${this.#organization}/${slug}/events/${eventId}/`,
      right: "read events (event:read)",
      schema: event,
    });
  }

  async deleteIssue(issueId: string): Promise<void> {
    await this.#client.ask({
      method: "DELETE",
      path: path`/organizations/${this.#organization}/issues/${issueId}/`,
      right: "delete issues (event:admin)",
      schema: z.unknown(),
    });
  }

  /** Lists name the next page's cursor in a header, and whether anything is there; its address is not followed. */
  #list<Item>(what: string, request: VendorRequest<Item[]>): Promise<Item[]> {
    return this.#client.collect(what, async (cursor) => {
      const query = { ...request.query, cursor };
      const { data, headers } = await this.#client.askFully({ ...request, query });
      const { results, cursor: next = "" } = nextLink(headers.get("link"))?.parameters ?? {};
      if (results !== "true") return { items: data, next: undefined };
      if (next === "")
        throw new VendorProblem("not-understood", `Sentry: the next page of ${what} has no cursor`);
      return { items: data, next };
    });
  }
}
