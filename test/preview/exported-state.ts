import { join } from "node:path";
import { parseSettings } from "../../config/parse.ts";
import { loadSecrets } from "../../config/secrets.ts";
import { platform, secretsOf } from "../../platform.ts";
import type { PreviewResource } from "../../preview/engine/resource.ts";
import {
  isSecret,
  isUnknown,
  type PropertyMap,
  type PropertyValue,
  secretSignature,
  signatureKey,
} from "../../preview/engine/values.ts";
import { readProject } from "../../project/project.ts";
import { runInProcess } from "../recording/in-process.ts";

const root = join(import.meta.dirname, "..", "..");

/** What `pulumi stack export` writes of the production stack once it is deployed. */
export async function exportedProduction(showSecrets: boolean, ...overrides: string[]): Promise<string> {
  const {
    name: project,
    stack,
    organization,
    config,
    secretKeys,
  } = readProject({
    cwd: root,
    stack: "production",
    overrides,
  });
  const source = {
    stack,
    namespace: project,
    isSecret: (key: string) => secretKeys.has(`${project}:${key}`),
  };
  const settings = parseSettings(Object.fromEntries(config), source);
  const run = () => platform(settings, loadSecrets(secretsOf(settings)));
  const resources = await runInProcess({ project, stack, organization, config, secretKeys, run });
  const types = new Map(resources.map(({ urn, type }) => [urn, type]));
  const stored = resources.map((resource) => storedResource(resource, types, showSecrets));
  const deployment = { manifest: { time: "2026-11-28T00:00:00Z", magic: "", version: "v3.265.0" } };
  return JSON.stringify({
    version: 3,
    deployment: {
      ...deployment,
      secrets_providers: { type: "service", state: {} },
      resources: stored,
    },
  });
}

function storedResource(
  resource: PreviewResource,
  types: ReadonlyMap<string, string>,
  showSecrets: boolean,
): object {
  const { urn, type, name, custom, parent, protect, provider, dependencies } = resource;
  const id = custom ? idOf(name, type) : undefined;
  const stored = (properties: PropertyMap): PropertyMap =>
    Object.fromEntries(
      Object.entries(properties).map(([key, value]) => {
        const sources = resource.propertyDependencies.get(key) ?? [];
        const known = deployed(value, { key, properties, sources, types });
        return [key, inState(known, showSecrets)];
      }),
    );
  const inputs = stored(resource.inputs);
  const outputs = stored({ ...resource.outputs, ...extraOutputs(resource) });
  return {
    ...{ urn, type, custom, protect, inputs, dependencies },
    ...(id !== undefined && { id }),
    outputs: { ...outputs, ...(id !== undefined && { id }) },
    ...(parent !== "" && { parent }),
    ...(provider !== "" && { provider: `${provider}::${idOf(provider.split("::").at(-1) ?? "", provider)}` }),
    propertyDependencies: Object.fromEntries(resource.propertyDependencies),
    created: "2026-11-01T00:00:00Z",
  };
}

/** What a provider answers beyond the inputs, as far as others are made of it. */
function extraOutputs({ type, name }: PreviewResource): PropertyMap {
  if (type.startsWith("sentry:") && type.endsWith(":Key")) return { dsn: { public: dsn } };
  if (!type.startsWith("random:")) return {};
  return { result: { [signatureKey]: secretSignature, value: generated(name) } };
}

interface Place {
  key: string;
  properties: PropertyMap;
  sources: readonly string[];
  types: ReadonlyMap<string, string>;
}

/** A value as it is once everything exists. */
function deployed(value: PropertyValue, place: Place): PropertyValue {
  if (isUnknown(value)) return textFor(place);
  if (Array.isArray(value)) return value.map((element) => deployed(element, place));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]): [string, PropertyValue] => [
      key,
      key === signatureKey ? child : deployed(child, { ...place, key: key === "value" ? place.key : key }),
    ]),
  );
}

/** A secret as the export has it: its ciphertext, or its JSON in plain text. */
function inState(value: PropertyValue, showSecrets: boolean): PropertyValue {
  if (Array.isArray(value)) return value.map((element) => inState(element, showSecrets));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value);
  if (!isSecret(value)) {
    return Object.fromEntries(entries.map(([key, child]) => [key, inState(child, showSecrets)]));
  }
  const text = JSON.stringify(value.value ?? null);
  return {
    [signatureKey]: secretSignature,
    ...(showSecrets ? { plaintext: text } : { ciphertext: Buffer.from(text).toString("base64") }),
  };
}

const databaseRef = "abcdefghijklmnopqrst";
const pooler = "aws-1-eu-central-1.pooler.supabase.com";
const dsn = "https://0123456789abcdef0123456789abcdef@o1.ingest.de.sentry.io/42";

const slackWebhook = "https://hooks.slack.com/services/T00000000/B00000000/abcdefghijklmnopqrstuvwx";

/** Of variables, by their names. */
const texts: Readonly<Record<string, string>> = {
  DATABASE_URL: `postgresql://optropic_application.${databaseRef}:${generated("secrets-database-application")}@${pooler}:6543/postgres?pgbouncer=true&sslmode=require`,
  DIRECT_URL: `postgresql://optropic_migration.${databaseRef}:${generated("secrets-database-migration")}@${pooler}:5432/postgres?sslmode=require`,
  BACKUP_DATABASE_URL: `postgresql://optropic_backup.${databaseRef}:${generated("secrets-database-backup")}@${pooler}:5432/postgres?sslmode=require`,
  JWT_SECRET: generated("secrets-jwt-secret"),
  SECRET_KEY: generated("secrets-secret-key"),
  SENTRY_DSN: dsn,
  PGHOST: pooler,
  PGPORT: "5432",
  PGSSLMODE: "require",
  PGDATABASE: "postgres",
  PGUSER: `optropic_backup.${databaseRef}`,
  PGPASSWORD: generated("secrets-database-backup"),
};

function textFor({ key, properties, sources, types }: Place): string {
  const named = texts[key === "value" && typeof properties.key === "string" ? properties.key : key];
  if (named !== undefined) return named;
  // What is made from no resource is what a person gave to the stack.
  if (sources.length === 0) return key === "url" ? slackWebhook : generated(`given-${key}`);
  const source = sources[0] ?? "";
  const type = types.get(source) ?? "";
  const name = source.split("::").at(-1) ?? "";
  return type.startsWith("random:") ? generated(name) : idOf(name, type);
}

function generated(name: string): string {
  return `${name}${"x".repeat(64)}`.replaceAll(/[^a-z]/g, "").slice(0, 64);
}

function idOf(name: string, type: string): string {
  return type.startsWith("supabase:index/project:") ? databaseRef : `${name}-id`;
}
