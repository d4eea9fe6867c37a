import { expect, test } from "vitest";
import { type EnvironmentArgs, environmentVariables } from "../../components/environment.ts";

const args: EnvironmentArgs = {
  databaseUrl: "postgresql://application",
  directUrl: "postgresql://migration",
  sslMode: "require",
  jwtSecret: "jwt",
  secretKey: "key",
  metricsToken: "token",
  baseUrl: "https://optropic.example",
  corsOrigins: ["https://optropic.example", "https://www.optropic.example"],
  sentryDsn: "https://public@o1.ingest.de.sentry.io/1",
};

test("holds every variable of section 2 and what the application needs beside them", () => {
  const values = environmentVariables(args).map(({ name, value }) => [name, value]);
  expect(Object.fromEntries(values)).toEqual({
    DATABASE_URL: "postgresql://application",
    DIRECT_URL: "postgresql://migration",
    JWT_SECRET: "jwt",
    SECRET_KEY: "key",
    METRICS_TOKEN: "token",
    NODE_ENV: "production",
    BASE_URL: "https://optropic.example",
    SENTRY_DSN: "https://public@o1.ingest.de.sentry.io/1",
    CORS_ORIGINS: "https://optropic.example,https://www.optropic.example",
    PGSSLMODE: "require",
    LOG_FORMAT: "json",
    LOG_LEVEL: "info",
  });
});

test("marks those that hold a secret, and no other", () => {
  const secret = environmentVariables(args).filter((variable) => variable.secret);
  expect(secret.map(({ name }) => name)).toEqual([
    "DATABASE_URL",
    "DIRECT_URL",
    "JWT_SECRET",
    "SECRET_KEY",
    "METRICS_TOKEN",
  ]);
});

test("has no SENTRY_DSN where there is none", () => {
  const names = environmentVariables({ ...args, sentryDsn: undefined }).map(({ name }) => name);
  expect(names).not.toContain("SENTRY_DSN");
  expect(names).toHaveLength(11);
});

test("says whether connections use TLS, a refused mode too", () => {
  const mode = environmentVariables({ ...args, sslMode: "disable" }).find(({ name }) => name === "PGSSLMODE");
  expect(mode?.value).toBe("disable");
});

test("names each variable once, with a comment that fits the hosts", () => {
  const variables = environmentVariables(args);
  expect(new Set(variables.map(({ name }) => name)).size).toBe(variables.length);
  for (const { comment } of variables) {
    expect(comment).toMatch(/\(items? \d/);
    expect(comment.length).toBeLessThanOrEqual(260);
  }
});
