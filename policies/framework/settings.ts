import { Config, getStack, runtime } from "@pulumi/pulumi";
import * as z from "zod";
import { readWaivers } from "../../checklist/waivers.ts";
import { generatedSecretNames } from "../../config/generated-secrets.ts";
import { unmanagedIn } from "../../config/manage.ts";
import { readPlans } from "../../config/plans.ts";
import { parseJson } from "../../lib/json.ts";
import { isCalledProduction } from "../../lib/stage.ts";
import type { Context } from "./context.ts";
import { type Declared, nothingDeclared, statedRoles } from "./declared.ts";

/**
 * Reads `stage`, `scope`, `backend`, `plans`, `manage` and `waivers` from the stack's configuration, in the project's own
 * namespace, which the policy host gets from its engine. Any stage but staging is strict, a missing one too, and
 * so is any backend that is not self-managed. Without a scope the stack is the platform; a scope that the pack
 * does not know asks everything of it. Waivers that end before `today`, UTC, count for nothing.
 */
export function readContext(waivable: ReadonlySet<string>, today: Date): Context {
  const config = new Config();
  const configured = configuredTexts();
  // A policy host shares its environment with its engine.
  const environment = new Set(Object.values(process.env));
  return {
    stage: config.get("stage") === "staging" && !isCalledProduction(getStack()) ? "staging" : "production",
    scope: readScope(config.get("scope")),
    backend: config.get("backend") === "self-managed" ? "self-managed" : "pulumi-cloud",
    now: today.getTime(),
    plans: readPlans(config.get("plans")),
    unmanaged: unmanagedIn(parseJson(config.get("manage") ?? "{}")),
    declared: readDeclared((key) => config.get(key)),
    waivers: readWaivers(config.get("waivers"), { policies: waivable }, today.toISOString().slice(0, 10), {
      domain: zoneOf(config.get("domains")),
      days: config.get("waiverDays"),
    }),
    isSupplied: (text) => configured.has(text) || environment.has(text),
    isConfigured: (form) => [...configured].some((text) => form.test(text)),
  };
}

/** One that is malformed says nothing, so that the strict reading stays. */
function readDeclared(get: (key: string) => string | undefined): Declared {
  const roles = rolesSchema.safeParse(parseJson(get("roles") ?? ""));
  const environment = environmentSchema.safeParse(get("productionEnvironment"));
  const secrets = secretsSchema.safeParse(parseJson(get("secrets") ?? ""));
  const owners = ownersSchema.safeParse(parseJson(get("organizationOwners") ?? ""));
  return {
    roles: new Map(Object.entries(roles.success ? roles.data : {})),
    headers: get("headers") === "application" ? "application" : "edge",
    productionEnvironment: environment.success
      ? environment.data.toLowerCase()
      : nothingDeclared.productionEnvironment,
    organizationOwners: new Set(owners.success ? owners.data.map((login) => login.toLowerCase()) : []),
    existingSecrets: new Set(secrets.success ? secrets.data.existing : []),
  };
}

/** GitHub's logins, few enough to be meant one by one. */
const ownersSchema = z.array(z.string().regex(/^[a-z\d](?:-?[a-z\d]){0,38}$/i)).max(10);
const secretsSchema = z.object({ existing: z.array(z.enum(generatedSecretNames)) });
const rolesSchema = z.record(z.string().min(1).max(200), z.enum(statedRoles));

/** What is called staging or preview is not production. */
const environmentSchema = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((name) => !/stag|preview|dev|test|review|sandbox/i.test(name));
/** The zone of the platform is the domain of the organization's addresses. */
function zoneOf(domains: string | undefined): string | undefined {
  const parsed = domainsSchema.safeParse(parseJson(domains ?? ""));
  return parsed.success ? parsed.data.zone.toLowerCase() : undefined;
}

const domainsSchema = z.object({ zone: z.string().min(1) });

function readScope(written: string | undefined): Context["scope"] {
  return written === undefined || written === "platform"
    ? "platform"
    : written === "delivery"
      ? "delivery"
      : "all";
}

/** Values of the configuration, and every text inside those that are JSON. */
function configuredTexts(): ReadonlySet<string> {
  const texts = new Set<string>();
  for (const text of Object.values(runtime.allConfig())) {
    texts.add(text);
    collect(parseJson(text), texts);
  }
  return texts;
}

function collect(value: unknown, texts: Set<string>): void {
  if (typeof value === "string") {
    texts.add(value);
  } else if (typeof value === "object" && value !== null) {
    for (const child of Object.values(value)) {
      collect(child, texts);
    }
  }
}
