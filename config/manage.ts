import * as z from "zod";
import { hostname, text, url } from "./kinds.ts";

/** Components of the platform, each by the settings that describe it, and what each declares. */
export const manageable = {
  web: "the web application at Vercel",
  api: "the API at Render",
  database: "the database at Supabase, its settings and its roles",
  edge: "the zone at Cloudflare",
  backups: "the store and the job of the backups",
  errorTracking: "the project, the monitors and the alerts at Sentry",
  observability: "dashboards, alerts and checks at Grafana, and with them the load test of staging",
  onCall: "people, schedule, escalation and service at PagerDuty",
  logs: "the log drains",
} as const;

/** A component that this program manages, or leaves to somebody else. */
export type ManagedComponent = keyof typeof manageable;

export const managedComponents: readonly ManagedComponent[] = Object.keys(manageable).filter(
  (name): name is ManagedComponent => name in manageable,
);

const managed = (component: ManagedComponent) =>
  z
    .boolean()
    .default(true)
    .meta({ description: `Whether this program manages ${manageable[component]}.` });

export const manageSchema = z
  .strictObject({
    web: managed("web"),
    api: managed("api"),
    database: managed("database"),
    edge: managed("edge"),
    backups: managed("backups"),
    errorTracking: managed("errorTracking"),
    observability: managed("observability"),
    onCall: managed("onCall"),
    logs: managed("logs"),
  })
  .refine((manage) => Object.values(manage).some((isManaged) => isManaged), {
    error: "at least one component that is managed",
  })
  .prefault({})
  .meta({
    description:
      "Which components this program manages. What is false is not declared; policies about it say that it is judged elsewhere, which is never a pass: `optropic judge` or `preview --state` judges it. Secrets that are in use already are `secrets.existing`, and the delivery is a program of its own.",
  });

export type Manage = z.infer<typeof manageSchema>;

/**
 * The components that a stack's configuration leaves to somebody else. What is malformed leaves nothing, so that
 * the strict reading stays.
 */
export function unmanagedIn(written: unknown): ReadonlySet<ManagedComponent> {
  const parsed = manageSchema.safeParse(written);
  return parsed.success ? unmanagedOf(parsed.data) : new Set();
}

export function unmanagedOf(manage: Manage): ReadonlySet<ManagedComponent> {
  return new Set(managedComponents.filter((component) => !manage[component]));
}

export const existingSchema = z
  .strictObject({
    webProject: text("a Vercel project id, prj_…", 84, /^prj_\w+$/)
      .optional()
      .meta({
        description: "Id of the project at Vercel, for the log drain.",
      }),
    apiHost: hostname.optional().meta({
      description: "Host of the API at Render, `….onrender.com`, to which its DNS record points.",
    }),
    apiService: text("a Render service id, srv-…", 84, /^srv-[\w-]+$/)
      .optional()
      .meta({
        description: "Id of the service at Render, for releases and probes.",
      }),
    renderEnvironment: text("a Render environment id, evm-…", 84, /^evm-[\w-]+$/)
      .optional()
      .meta({
        description: "Id of the environment at Render that the backup job belongs to.",
      }),
    databaseRef: text("a Supabase project ref, 20 lower-case letters", 20, /^[a-z]{20}$/)
      .optional()
      .meta({
        description: "Ref of the project at Supabase, for probes and drills.",
      }),
    sentryDsn: text(
      "a Sentry DSN such as https://KEY@o1.ingest.de.sentry.io/1",
      300,
      /^https:\/\/[0-9a-f]{32}@(?:[a-z0-9-]+\.)+[a-z]{2,63}\/\d{1,20}$/,
    )
      .optional()
      .meta({ description: "DSN of the project at Sentry. It holds a public key only." }),
    backupCheckIn: url.optional().meta({ description: "URL at which the backup job checks in." }),
    pagerService: text(
      "a name of 1 to 100 printable characters",
      100,
      /^[^\p{C}\p{Z}<>&\\/](?:[^\p{C}\p{Zl}\p{Zp}<>&\\/]{0,98}[^\p{C}\p{Z}<>&\\/])?$/u,
    )
      .optional()
      .meta({
        description: "Name of the service at PagerDuty that Sentry pages.",
      }),
    dashboardUrl: url.optional().meta({ description: "The dashboard to open first.", checklist: ["C.8"] }),
    errorTrackingUrl: url
      .optional()
      .meta({ description: "Page of the project's issues.", checklist: ["C.9"] }),
  })
  .prefault({})
  .meta({
    description:
      "Ids and addresses of what `manage` leaves to somebody else, where a part that is managed refers to it.",
  });

export type ExistingParts = z.infer<typeof existingSchema>;

/** What has to be given of a component that is not managed, since a managed one refers to it. */
export interface Reference {
  readonly key: keyof ExistingParts;
  readonly of: ManagedComponent;
  /** The managed components that refer to it; without any, the outputs of the stack do. */
  readonly usedBy: readonly ManagedComponent[];
}

const references: readonly Reference[] = [
  { key: "webProject", of: "web", usedBy: ["logs"] },
  { key: "apiHost", of: "api", usedBy: ["edge"] },
  { key: "sentryDsn", of: "errorTracking", usedBy: ["web", "api"] },
  { key: "backupCheckIn", of: "errorTracking", usedBy: ["backups"] },
  { key: "pagerService", of: "onCall", usedBy: ["errorTracking"] },
  { key: "dashboardUrl", of: "observability", usedBy: [] },
  { key: "errorTrackingUrl", of: "errorTracking", usedBy: [] },
];

/** The references that the settings lack, each with what asks for it. */
export function missingReferences(manage: Manage, existing: ExistingParts): { key: string; why: string }[] {
  return references.flatMap(({ key, of, usedBy }) => {
    const users = usedBy.filter((user) => manage[user]);
    const isAsked = !manage[of] && (usedBy.length === 0 || users.length > 0);
    if (!isAsked || existing[key] !== undefined) return [];
    return [
      {
        key,
        why: `a value, since manage.${of} is false and ${users.length === 0 ? "the stack exports it" : `${users.join(" and ")} refer${users.length === 1 ? "s" : ""} to it`}`,
      },
    ];
  });
}
