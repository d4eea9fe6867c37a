import { databaseSchema } from "../../config/database.ts";
import type { GeneratedSecret } from "../../config/generated-secrets.ts";
import { apiSchema, webSchema } from "../../config/hosting.ts";
import { elementsOf } from "../keys.ts";
import { type Existing, textAt, textOf } from "../resources.ts";
import type { Answers } from "./answers.ts";
import { extraRulesFrom } from "./extra-rules.ts";
import { type Main, mainOf, namesFrom } from "./names.ts";
import { partsFrom, runningOf } from "./parts.ts";

/** What a platform has and keeps, as settings have it. */
export function foundIn(existing: readonly Existing[], answers: Answers) {
  const main = mainOf(existing, answers);
  const { names, webProjects, services, left } = partsFrom(existing, answers, main);
  return {
    names: { ...namesFrom(main), ...names },
    extraRules: extraRulesFrom(existing),
    settings: {
      ...partSettings(main),
      ...routesOf(existing),
      "secrets.existing": secretsInUse(main, existing),
      webProjects,
      services,
    },
    left,
  };
}

const variables = [
  ["JWT_SECRET", "jwtSecret"],
  ["SECRET_KEY", "secretKey"],
  ["METRICS_TOKEN", "metricsToken"],
] as const satisfies readonly (readonly [string, GeneratedSecret])[];

/** Secrets that somebody uses already, so that the first update ends no session and locks nobody out. */
function secretsInUse({ web, api, database }: Main, existing: readonly Existing[]): GeneratedSecret[] {
  const names = new Set([
    ...existing
      .filter(
        ({ type, properties }) =>
          type === variableType && web !== undefined && textOf(properties, "projectId") === web.id,
      )
      .flatMap(({ properties }) => textOf(properties, "key") ?? []),
    ...Object.keys(Object(api?.properties.envVars)),
  ]);
  return [
    ...variables.flatMap(([name, secret]) => (names.has(name) ? [secret] : [])),
    ...(database === undefined ? [] : (["databaseOwner"] as const)),
  ];
}

const variableType = "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable";

/** How the first parts run, so that the first update leaves them as they are. What settings do not take is left out. */
function partSettings({ web, api, database }: Main): Record<string, unknown> {
  const at = (one: Existing | undefined, path: string) => one && textAt(one.properties, path);
  const { rootDirectory: _, ...running } = api === undefined ? {} : runningOf(api);
  const regions = at(web, "serverlessFunctionRegion") ?? regionIn(web);
  return {
    ...taken("web", webSchema.shape, {
      region: regions,
      nodeVersion: at(web, "nodeVersion"),
      framework: at(web, "framework"),
    }),
    ...taken("api", apiSchema.shape, {
      ...running,
      region: at(api, "region"),
      preDeployCommand: at(api, "preDeployCommand"),
      autoDeploy: at(api, "runtimeSource.nativeRuntime.autoDeployTrigger"),
    }),
    ...taken("database", databaseSchema.shape, {
      region: at(database, "region"),
      computeSize: at(database, "instanceSize"),
    }),
  };
}

function regionIn(web: Existing | undefined): string | undefined {
  const config = web?.properties.resourceConfig;
  if (typeof config !== "object" || config === null || !("functionDefaultRegions" in config))
    return undefined;
  const [first]: unknown[] = Array.isArray(config.functionDefaultRegions)
    ? config.functionDefaultRegions
    : [];
  return typeof first === "string" ? first : undefined;
}

interface Checked {
  readonly safeParse: (value: unknown) => { readonly success: boolean };
}

function taken(
  section: string,
  shape: Readonly<Record<string, Checked>>,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) =>
      value !== undefined && shape[key]?.safeParse(value).success === true
        ? [[`${section}.${key}`, value]]
        : [],
    ),
  );
}

/** What Grafana calls the contact point of a stack that nobody has set up. */
const untouched = new Set(["grafana-default-email", "email receiver", "empty"]);

/** A notification policy that somebody set up stays as it is. */
function routesOf(existing: readonly Existing[]): Record<string, unknown> {
  const isOwn = existing.some(
    ({ type, properties }) =>
      type === "grafana:alerting/notificationPolicy:NotificationPolicy" &&
      (elementsOf(properties.policies).length > 0 ||
        !untouched.has(textOf(properties, "contactPoint") ?? "empty")),
  );
  return isOwn ? { "observability.grafana.routes": "keep" } : {};
}
