import { type Fixture, SecretValue, secret, unknown } from "./fixture.ts";

const databaseRef = "abcdefghijklmnopqrst";
const dsn = "https://0123456789abcdef0123456789abcdef@o1.ingest.de.sentry.io/42";
const pooler = "aws-1-eu-central-1.pooler.supabase.com";

/** Values that are known once the stack is deployed, by the name of the variable. */
const variables: Readonly<Record<string, string>> = {
  DATABASE_URL: `postgresql://app.${databaseRef}:${generated("secrets-database-application")}@${pooler}:6543/postgres?pgbouncer=true&sslmode=require`,
  DIRECT_URL: `postgresql://migration.${databaseRef}:${generated("secrets-database-migration")}@${pooler}:5432/postgres?sslmode=require`,
  JWT_SECRET: generated("secrets-jwt-secret"),
  SECRET_KEY: generated("secrets-secret-key"),
  SENTRY_DSN: dsn,
  PGHOST: pooler,
  PGPORT: "5432",
  PGUSER: `optropic_backup.${databaseRef}`,
  PGDATABASE: "postgres",
  PGSSLMODE: "require",
  PGPASSWORD: generated("secrets-database-application"),
};

/** Those resources as a preview after their first update sees them: everything is known. */
export function deployedOf(fixtures: readonly Fixture[]): Fixture[] {
  return fixtures.map((fixture) => ({
    ...fixture,
    props: Object.fromEntries(
      Object.entries(fixture.props).map(([key, value]) => {
        // Of several unknown values in one property, each is of the next resource that it is made from.
        const sources = [...(fixture.from?.[key] ?? [])].values();
        let source = "";
        const next = () => {
          source = sources.next().value?.split("::").at(-1) ?? source;
          return source;
        };
        return [key, resolve(value, key, fixture, next)];
      }),
    ),
    outputs: {
      id: idOf(fixture.name),
      result: generated(fixture.name),
      ...(fixture.name === "errors-key" && { dsn: { public: dsn } }),
      ...Object.fromEntries(
        Object.entries(fixture.outputs ?? {}).map(([key, value]) => [
          key,
          resolve(value, key, fixture, () => fixture.name),
        ]),
      ),
    },
  }));
}

/** What a random resource of that name generates: 64 characters. */
function generated(name: string): string {
  return `${name}${"x".repeat(64)}`.replace(/[^a-z]/g, "").slice(0, 64);
}

function idOf(name: string): string {
  return name === "database-project" ? databaseRef : `${name}-id`;
}

function resolve(value: unknown, key: string, fixture: Fixture, source: () => string): unknown {
  if (value instanceof SecretValue) {
    return secret(resolve(value.value, key, fixture, source));
  }
  if (value === unknown) {
    return textFor(key, fixture, source());
  }
  if (Array.isArray(value)) {
    return value.map((item) => resolve(item, key, fixture, source));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([inner, child]) => [
        inner,
        resolve(child, inner === "value" ? key : inner, fixture, source),
      ]),
    );
  }
  return value;
}

function textFor(key: string, { props }: Fixture, source: string): string {
  // GitHub knows reviewers by their number.
  if (key === "teams" || key === "users") return "4711";
  const variable = variables[key === "value" ? String(props.key) : key];
  return variable ?? (/password/i.test(key) ? generated(source) : idOf(source));
}
