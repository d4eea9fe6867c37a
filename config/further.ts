import * as z from "zod";
import { paidPlans, scalingSchema, variablesSchema } from "./hosting.ts";
import { branchName, cronSchedule, hostname, line, text, urlPath, whole } from "./kinds.ts";
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

const host = hostname.meta({ description: "Host that it answers at, in the zone." });

const webProject = z.strictObject({
  host,
  framework: z.enum(["nextjs", "remix", "nuxtjs", "sveltekit", "astro", "vite"]).default("nextjs"),
  ...source,
});

/** A path below the folder that is built. */
function pathInside(expected: string) {
  return text(expected, 200, /^(?!\/)(?!.*\.\.)[\w./@-]+$/);
}

const disk = z.strictObject({
  name: line,
  mountPath: text("an absolute path such as /var/data", 200, /^\/[\w./-]*$/),
  sizeGb: whole(1, 1000),
});

/** How a program of each kind is built and started. */
const program = {
  runtime: z.enum(["node", "python", "ruby", "go", "rust", "elixir", "docker"]).default("node"),
  buildCommand: line.optional(),
  startCommand: line.optional(),
  dockerfile: pathInside("a path in the repository such as ./Dockerfile").optional(),
  variables: variablesSchema,
  ...source,
};

/** What runs all the time. */
const running = {
  plan: z.enum(paidPlans).default("standard"),
  scaling: scalingSchema,
  disk: disk.optional(),
  ...program,
};

interface Program {
  readonly runtime: string;
  readonly buildCommand?: string | undefined;
  readonly startCommand?: string | undefined;
  readonly dockerfile?: string | undefined;
  readonly scaling?: { readonly enabled: boolean; readonly min: number };
  readonly disk?: object | undefined;
}

/** What a service needs and what it cannot have by its runtime, and that a disk belongs to one instance. */
function checkProgram({ value, issues }: z.core.ParsePayload<Program>): void {
  const { runtime, buildCommand, startCommand, dockerfile, scaling, disk: mounted } = value;
  const isDocker = runtime === "docker";
  const refuse = (key: keyof Program, message: string) => {
    issues.push({ code: "custom", path: [key], message, input: value[key] });
  };
  if (!isDocker && startCommand === undefined) refuse("startCommand", "the command that starts it");
  if (!isDocker && runtime !== "node" && buildCommand === undefined)
    refuse("buildCommand", `the command that builds it, since runtime is ${runtime}`);
  if (isDocker && buildCommand !== undefined)
    refuse("buildCommand", "no command, since its Dockerfile builds it");
  if (!isDocker && dockerfile !== undefined) refuse("dockerfile", "no Dockerfile, unless runtime is docker");
  if (mounted !== undefined && scaling !== undefined && (scaling.enabled || scaling.min > 1))
    refuse("scaling", "{ enabled: false, min: 1, max: 1 }, since a disk belongs to one instance");
}

const kinds = {
  web: z
    .strictObject({
      kind: z.literal("web"),
      host,
      healthCheckPath: urlPath.default("/api/health"),
      ...running,
      plan: z.enum(["free", ...paidPlans]).default("standard"),
    })
    .check(checkProgram),
  private: z.strictObject({ kind: z.literal("private"), ...running }).check(checkProgram),
  worker: z.strictObject({ kind: z.literal("worker"), ...running }).check(checkProgram),
  cron: z
    .strictObject({
      kind: z.literal("cron"),
      schedule: cronSchedule,
      plan: z.enum(paidPlans).default("starter"),
      ...program,
    })
    .check(checkProgram),
  static: z.strictObject({
    kind: z.literal("static"),
    host,
    healthCheckPath: urlPath.default("/"),
    buildCommand: line.default("npm ci && npm run build"),
    publishPath: pathInside("a folder such as dist").default("dist"),
    routes: z
      .array(
        z.strictObject({
          type: z.enum(["redirect", "rewrite"]),
          source: text("a path such as /*", 500, /^\/\S*$/),
          destination: text("a path or an address such as /index.html", 500, /^(?:\/|https:\/\/)\S*$/),
        }),
      )
      .max(100)
      .default([]),
    ...source,
  }),
};

const service = z.discriminatedUnion(
  "kind",
  [kinds.web, kinds.private, kinds.worker, kinds.cron, kinds.static],
  { error: "web, private, worker, cron or static" },
);

export const webProjectsSchema = named(webProject).meta({
  description:
    "Further web applications at Vercel, by name: `host`, and where they differ from the first one `framework`, `repository`, `branch` and `rootDirectory`. Each gets the platform's variables, firewall and rate limits, a record of the zone, a health check from outside and the log drain, and is judged as the first one is.",
  expected: "projects by name, such as { admin: { host: app.example.com } }",
});

export const servicesSchema = named(service).meta({
  description:
    "Further services at Render, by name, in the API's region and environment. `kind` is `web` (with a `host`), `private`, `worker`, `cron` (with a `schedule`, five cron fields in UTC) or `static` (a site of files, with a `host`). A program has `startCommand`, and `runtime`, `buildCommand`, `dockerfile`, `plan`, `scaling`, `disk`, `healthCheckPath`, `repository`, `branch` and `rootDirectory`; a static site has `buildCommand`, `publishPath` and `routes`. Each program gets the platform's variables, and with `variables: keep` stays with those that it has; a static site gets none. What has a host also gets what every host gets.",
  expected: "services by name, such as { mailer: { kind: worker, startCommand: npm run mailer } }",
});

export type WebProjects = z.infer<typeof webProjectsSchema>;
export type Services = z.infer<typeof servicesSchema>;
export type FurtherService = Services[string];

/** A host of the platform beside those of `domains`. */
export interface FurtherHost {
  readonly name: string;
  readonly host: string;
  /** Whether a program answers there, which has metrics. */
  readonly hasMetrics: boolean;
  /** Where the settings name it. */
  readonly setting: readonly [section: "webProjects" | "services", name: string, key: "host"];
}

/** The further hosts; of those that somebody else manages only where `manage` is left out. */
export function furtherHosts({ webProjects, services, manage }: FurtherSettings): FurtherHost[] {
  const projects = manage?.web === false ? {} : webProjects;
  const atRender = manage?.api === false ? {} : services;
  return [
    ...Object.entries(projects).map(([name, { host: at }]): FurtherHost => {
      return { name, host: at, hasMetrics: true, setting: ["webProjects", name, "host"] };
    }),
    ...Object.entries(atRender).flatMap(([name, one]): FurtherHost[] =>
      "host" in one
        ? [
            {
              ...{ name, host: one.host, hasMetrics: one.kind === "web" },
              setting: ["services", name, "host"],
            },
          ]
        : [],
    ),
  ];
}

/** Names of the further parts that have metrics. */
export function measuredParts(settings: FurtherSettings): string[] {
  return furtherHosts(settings).flatMap(({ name, hasMetrics }) => (hasMetrics ? [name] : []));
}

interface FurtherSettings {
  readonly webProjects: WebProjects;
  readonly services: Services;
  readonly manage?: Pick<Manage, "web" | "api">;
}
