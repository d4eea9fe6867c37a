import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applicationUrl,
  type Connection,
  migrationUrl,
  poolerHost,
  sessionUrl,
} from "../../../components/database/connection.ts";

const host = "aws-1-eu-central-1.pooler.supabase.com";
const connection: Connection = {
  ref: "abcdefghijklmnopqrst",
  poolerHost: host,
  role: "optropic_application",
  password: "letters0digits",
  sslMode: "require",
};
const pool = { enabled: true, mode: "transaction", size: 15, connectionsPerInstance: 5 } as const;

describe("the application", () => {
  test("goes through the pooler's transactions with what Prisma needs", () => {
    expect(applicationUrl(connection, pool)).toBe(
      `postgresql://optropic_application.abcdefghijklmnopqrst:letters0digits@${host}:6543/postgres` +
        "?pgbouncer=true&connection_limit=5&pool_timeout=10&sslmode=require",
    );
  });

  test("in session mode may prepare statements", () => {
    expect(applicationUrl(connection, { ...pool, mode: "session" })).toBe(
      `postgresql://optropic_application.abcdefghijklmnopqrst:letters0digits@${host}:5432/postgres` +
        "?connection_limit=5&pool_timeout=10&sslmode=require",
    );
  });

  test("without a pool names the database host", () => {
    expect(applicationUrl(connection, { ...pool, enabled: false })).toBe(
      "postgresql://optropic_application:letters0digits@db.abcdefghijklmnopqrst.supabase.co:5432/postgres" +
        "?connection_limit=5&pool_timeout=10&sslmode=require",
    );
  });
});

test("migrations and libpq keep one session of the pooler", () => {
  for (const url of [migrationUrl(connection), sessionUrl(connection)]) {
    expect(url).toBe(
      `postgresql://optropic_application.abcdefghijklmnopqrst:letters0digits@${host}:5432/postgres?sslmode=require`,
    );
  }
});

describe("TLS", () => {
  test.each(["disable", "allow", "prefer", "require"] as const)("%s is said as it is", (sslMode) => {
    for (const url of [
      applicationUrl({ ...connection, sslMode }, pool),
      migrationUrl({ ...connection, sslMode }),
      sessionUrl({ ...connection, sslMode }),
    ]) {
      expect(new URL(url).searchParams.get("sslmode")).toBe(sslMode);
    }
  });

  test.each(["verify-ca", "verify-full"] as const)(
    "%s is said in Prisma's words and in libpq's",
    (sslMode) => {
      for (const url of [
        applicationUrl({ ...connection, sslMode }, pool),
        migrationUrl({ ...connection, sslMode }),
      ]) {
        const { searchParams } = new URL(url);
        expect([searchParams.get("sslmode"), searchParams.get("sslaccept")]).toEqual(["require", "strict"]);
      }
      const { searchParams } = new URL(sessionUrl({ ...connection, sslMode }));
      expect([...searchParams]).toEqual([["sslmode", sslMode]]);
    },
  );
});

test("any role and password survive the URL", () => {
  const word = fc.string({ minLength: 1, unit: "grapheme" });
  fc.assert(
    fc.property(word, word, (role, password) => {
      const { username, password: read, hostname } = new URL(sessionUrl({ ...connection, role, password }));
      expect(decodeURIComponent(username)).toBe(`${role}.${connection.ref}`);
      expect(decodeURIComponent(read)).toBe(password);
      expect(hostname).toBe(host);
    }),
  );
});

describe("the pooler's host", () => {
  const given = (port: number) =>
    `postgresql://postgres.abcdefghijklmnopqrst:[YOUR-PASSWORD]@${host}:${port}/postgres`;

  test.each([
    ["both modes", { session: given(5432), transaction: given(6543) }],
    ["transaction mode alone", { transaction: given(6543) }],
    ["a mode of another name", { statement: given(6543) }],
    ["an empty session mode", { session: "", transaction: given(6543) }],
  ])("is read from %s", (_, urls) => {
    expect(poolerHost(urls)).toBe(host);
  });

  test.each([
    ["nothing", {}],
    ["no URL", { transaction: "not a URL" }],
    ["a URL without a host", { transaction: "postgresql:///postgres" }],
  ])("is asked for again when Supabase gives %s", (_, urls) => {
    expect(() => poolerHost(urls)).toThrow(/no connection string for the pooler/);
  });
});
