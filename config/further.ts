import * as z from "zod";
import { scalingSchema } from "./hosting.ts";
import { branchName, hostname, line, text, urlPath } from "./kinds.ts";
import type { Manage } from "./manage.ts";

/** Names of what the platform has already, which a further part cannot have. */
const taken = new Set([
  "web",
  "redirect",
  "api",
  "backup",
  "database",
  "project",
  "platform",
  "logs",
  "load",
]);

const partName = text(
  "a name of 1 to 20 lower-case letters, digits and dashes that no other part has",
  20,
  (name) => /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(name) && !taken.has(name),
);

/** Parts of each kind that a platform may have. */
const most = 10;

function named<Schema extends z.ZodType>(part: Schema) {
  return z
    .record(partName, part)
    .refine((parts) => Object.keys(parts).length <= most, { error: `at most ${most} of them` })
    .default({});
}

const source = {
  repository: text("a GitHub repository, OWNER/NAME", 140, /^[\w.-]{1,39}\/[\w.-]{1,100}$/)
    .optional()
    .meta({ description: "Repository that is built. By default `project.repository`." }),
  branch: branchName
    .optional()
    .meta({ description: "Branch that is deployed. By default `project.branch`." }),
  rootDirectory: text("a folder in the repository such as apps/admin", 200, /^(?![./])(?!.*\.\.)[\w./@-]+$/)
    .optional()
    .meta({ description: "Folder that is built. By default the root of the repository." }),
};

const webProject = z.strictObject({
  host: hostname.meta({ description: "Host that it answers at, in the zone." }),
  framework: z.enum(["nextjs", "remix", "nuxtjs", "sveltekit", "astro", "vite"]).default("nextjs"),
  ...source,
});

const service = z
  .strictObject({
    kind: z.enum(["web", "worker"]),
    host: hostname.optional(),
    plan: z
      .enum(["free", "starter", "standard", "pro", "pro_plus", "pro_max", "pro_ultra"])
      .default("standard"),
    scaling: scalingSchema,
    healthCheckPath: urlPath.default("/api/health"),
    buildCommand: line.default("npm ci && npm run build"),
    startCommand: line,
    ...source,
  })
  .refine(({ kind, host }) => (kind === "web") === (host !== undefined), {
    error: "a host for a service of kind web, and none for a worker",
    path: ["host"],
    when: ({ value }) => z.object({ kind: z.string(), host: hostname.optional() }).safeParse(value).success,
  });

export const webProjectsSchema = named(webProject).meta({
  description:
    "Further web applications at Vercel, by name: `host`, and where they differ from the first one `framework`, `repository`, `branch` and `rootDirectory`. Each gets the platform's variables, firewall and rate limits, a record of the zone, a health check from outside and the log drain, and is judged as the first one is.",
  expected: "projects by name, such as { admin: { host: app.example.com } }",
});

export const servicesSchema = named(service).meta({
  description:
    "Further services at Render, by name: `kind` (`web` with a `host`, or `worker`), `startCommand`, and `plan`, `scaling`, `buildCommand`, `healthCheckPath`, `repository`, `branch` and `rootDirectory`. Each gets the platform's variables in the API's region and environment; one of kind web also gets what every host gets.",
  expected: "services by name, such as { mailer: { kind: worker, startCommand: npm run mailer } }",
});

export type WebProjects = z.infer<typeof webProjectsSchema>;
export type Services = z.infer<typeof servicesSchema>;
export type FurtherService = Services[string];

/** A host of the platform beside those of `domains`. */
export interface FurtherHost {
  readonly name: string;
  readonly host: string;
  /** Where the settings name it. */
  readonly setting: readonly [section: "webProjects" | "services", name: string, key: "host"];
}

/** The further hosts; of those that somebody else manages only where `manage` is left out. */
export function furtherHosts({ webProjects, services, manage }: FurtherSettings): FurtherHost[] {
  const projects = manage?.web === false ? {} : webProjects;
  const atRender = manage?.api === false ? {} : services;
  return [
    ...Object.entries(projects).map(([name, { host }]): FurtherHost => {
      return { name, host, setting: ["webProjects", name, "host"] };
    }),
    ...Object.entries(atRender).flatMap(([name, { host }]): FurtherHost[] =>
      host === undefined ? [] : [{ name, host, setting: ["services", name, "host"] }],
    ),
  ];
}

interface FurtherSettings {
  readonly webProjects: WebProjects;
  readonly services: Services;
  readonly manage?: Pick<Manage, "web" | "api">;
}
