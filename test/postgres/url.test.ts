import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { connectionVariables, urlVariables } from "../../postgres/url.ts";
import { anyCharacter } from "../lib/any-character.ts";

describe("a connection string for a job", () => {
  test("without port and sslmode means 5432 and TLS", () => {
    expect(connectionVariables("postgres://user:word@[2001:db8::1]/app")).toEqual({
      PGHOST: "2001:db8::1",
      PGPORT: "5432",
      PGDATABASE: "app",
      PGUSER: "user",
      PGPASSWORD: "word",
      PGSSLMODE: "require",
    });
  });

  test.each([
    ["not a URL", "canary", "not a postgresql:// URL"],
    ["another scheme", "https://user:canary@host/app", "not a postgresql:// URL"],
    ["no database", "postgresql://user:canary@host/", "has no database"],
    ["no user", "postgresql://:canary@host/app", "has no user"],
    ["no password", "postgresql://canary@host/app", "has no password"],
    ["no host", "postgresql:///canary", "has no host"],
    ["a bare percent sign", "postgresql://user:%canary@host/app", "password"],
    ["a percent sign alone", "postgresql://user:canary%@host/app", "write %25"],
    ["a zero byte", "postgresql://user:canary%00@host/app", "write %25"],
    ["a port that is none", "postgresql://user:canary@host:70000/app", "check its host and port"],
    ["several hosts", "postgresql://user:canary@one:5432,two:5432/app", "names several hosts"],
    ["a service", "postgresql://user:canary@host/app?service=x", "the parameter service"],
  ])("with %s is refused without being shown", (_, url, message) => {
    expect(() => connectionVariables(url)).toThrow(message);
    expect(() => connectionVariables(url)).not.toThrow("canary");
  });
});

describe("a URL", () => {
  const parts = { PGHOST: "host", PGPORT: "5432", PGDATABASE: "app", PGUSER: "me" };

  test.each([
    ["postgresql://me@host/app", {}],
    ["postgresql://me:@host/app", {}],
    ["postgresql://me:p?w#d:x y%2F@host/app", { PGPASSWORD: "p?w#d:x y/" }],
    ["postgresql://me@host/a%2Fb%20c", { PGDATABASE: "a/b c" }],
    ["postgresql://me@/app?host=/var/run/postgresql", { PGHOST: "/var/run/postgresql" }],
    ["postgresql://me@%2Frun%2Fpg:5433/app", { PGHOST: "/run/pg", PGPORT: "5433" }],
    ["postgresql:///?host=host&dbname=app&user=me&password=a+b&port=7", { PGPASSWORD: "a+b", PGPORT: "7" }],
    [
      "postgresql://me@host/app?sslmode=verify-full&sslrootcert=/missing.pem&sslcert=c&sslkey=k",
      { PGSSLMODE: "verify-full", PGSSLROOTCERT: "/missing.pem", PGSSLCERT: "c", PGSSLKEY: "k" },
    ],
    [
      "postgresql://me@host/app?channel_binding=require&options=-c%20geqo%3Doff&application_name=x",
      { PGCHANNELBINDING: "require", PGOPTIONS: "-c geqo=off" },
    ],
    ["postgresql://me@host/app?pgbouncer=true&connection_limit=5&schema=public", {}],
  ])("%j is read as libpq reads it", (url, more) => {
    expect(urlVariables(url, "DATABASE_URL")).toEqual({ ...parts, ...more });
  });

  test("gives back what was encoded into it", () => {
    const value = fc.string({ minLength: 1, unit: anyCharacter }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(value, value, value, (user, password, database) => {
        const [PGUSER, PGPASSWORD, PGDATABASE] = [user, password, database].map((text) =>
          text.toWellFormed(),
        );
        const [u, p, d] = [PGUSER, PGPASSWORD, PGDATABASE].map((text) => encodeURIComponent(text ?? ""));
        const read = urlVariables(`postgresql://${u}:${p}@host/${d}`, "DATABASE_URL");
        expect(read).toEqual({ ...parts, PGUSER, PGPASSWORD, PGDATABASE });
      }),
    );
  });

  test("of any text is read or refused, without the text", () => {
    const canary = "canary-4d1e";
    const start = fc.constantFrom("", "postgresql://", `postgresql://u:${canary}@`, "postgres://u@h/d?");
    fc.assert(
      fc.property(start, fc.string({ unit: anyCharacter }), (before, text) => {
        try {
          urlVariables(`${before}${text}${canary}`, "DATABASE_URL");
        } catch (error) {
          expect(error).toMatchObject({ kind: "refused" });
          expect(String(error)).not.toContain(canary);
        }
      }),
    );
  });
});
