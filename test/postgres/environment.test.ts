import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Failure } from "../../lib/failure.ts";
import { readConnection, targetConnection } from "../../postgres/environment.ts";
import { serviceIn } from "../../postgres/service-file.ts";

const canary = "canary-4d1e";
const database = { PGHOST: "db.example.com", PGDATABASE: "app", PGUSER: "reader" };

describe("a connection", () => {
  test.each([
    [{ ...database, PGHOST: "" }, "PGHOST is not set"],
    [{ ...database, PGPORT: canary }, "PGPORT is not a port"],
    [
      { ...database, PGSSLMODE: canary },
      "PGSSLMODE is not one of disable, allow, prefer, require, verify-ca, verify-full",
    ],
    [{ PGHOST: "x" }, "PGDATABASE is not set; PGUSER is not set"],
    [{ DATABASE_URL: `mysql://${canary}@x/y` }, "DATABASE_URL is not a postgresql:// URL"],
    [{ DATABASE_URL: `postgresql://u:${canary}@x` }, "DATABASE_URL has no database"],
    [
      { ...database, PGSSLROOTCERT: "system", PGSSLMODE: "require" },
      "PGSSLROOTCERT=system needs PGSSLMODE=verify-full",
    ],
    [{ ...database, PGSSLNEGOTIATION: canary }, "PGSSLNEGOTIATION is not one of postgres, direct"],
    [
      { ...database, PGSSLNEGOTIATION: "direct", PGSSLMODE: "prefer" },
      "PGSSLNEGOTIATION=direct needs PGSSLMODE=require, verify-ca or verify-full",
    ],
    [{ ...database, PGHOSTADDR: canary }, "PGHOSTADDR is set, which is not supported: unset it"],
    [{ ...database, PGREQUIREAUTH: canary }, "PGREQUIREAUTH is set, which is not supported: unset it"],
    [
      { ...database, PGSERVICE: canary, PGSERVICEFILE: "/absent" },
      "PGSERVICE names a service that is not in /absent",
    ],
  ])("of %o is refused", (variables, message) => {
    expect(refusal(() => readConnection(variables)).message).toBe(message);
  });

  test("asks for TLS unless it is told otherwise, and has nothing that is not said", () => {
    expect(readConnection(database)).toEqual({ ...database, PGPORT: "5432", PGSSLMODE: "require" });
  });

  test("takes the password and TLS of the variables where its URL says nothing of them", () => {
    const given = { PGHOST: "other", PGPORT: "1", PGPASSWORD: canary, PGSSLROOTCERT: "/roots.pem" };
    const read = { ...database, PGPORT: "5432", PGSSLMODE: "require", PGSSLROOTCERT: "/roots.pem" };
    const url = "postgresql://reader@db.example.com/app";
    expect(readConnection({ ...given, DATABASE_URL: url })).toEqual({ ...read, PGPASSWORD: canary });
    expect(
      readConnection({
        ...given,
        PGSSLMODE: "disable",
        DATABASE_URL: `${url}?sslmode=verify-ca&password=own`,
      }),
    ).toEqual({ ...read, PGPASSWORD: "own", PGSSLMODE: "verify-ca" });
  });

  test("with the operating system's certificates verifies the host", () => {
    expect(readConnection({ ...database, PGSSLROOTCERT: "system" }).PGSSLMODE).toBe("verify-full");
  });
});

describe("a service file", () => {
  const text = `# services
[other]
host=other.example.com

[live]
host=db.example.com
port=5433
dbname=app
user=reader
password=a=b # c
sslmode=verify-full
sslrootcert=/roots.pem
application_name=x
host=second.example.com
[live]
host=third.example.com
`;

  test("gives the variables of a service, the first of its name and of each parameter", () => {
    expect(serviceIn(text, "live", "file")).toEqual({
      PGHOST: "db.example.com",
      PGPORT: "5433",
      PGDATABASE: "app",
      PGUSER: "reader",
      PGPASSWORD: "a=b # c",
      PGSSLMODE: "verify-full",
      PGSSLROOTCERT: "/roots.pem",
    });
    expect(serviceIn(text, "liv", "file")).toBeUndefined();
  });

  test("comes before other variables", () => {
    const folder = mkdtempSync(join(tmpdir(), "service-"));
    const file = join(folder, "services");
    writeFileSync(file, text);
    const connection = readConnection({
      PGSERVICE: "live",
      PGSERVICEFILE: file,
      PGHOST: "x",
      PGOPTIONS: "-c a=b",
    });
    expect(connection).toMatchObject({
      PGHOST: "db.example.com",
      PGOPTIONS: "-c a=b",
      PGSSLMODE: "verify-full",
    });
    rmSync(folder, { recursive: true });
  });

  test.each([
    [`[a]\nhostaddr=${canary}`, "Line 2 of file has the parameter hostaddr, which is not supported"],
    [`[a]\n${canary}`, "Line 2 of file is not KEY=VALUE"],
    [`[a]\n${canary}!=1`, "Line 2 of file has a parameter that does not exist"],
    [`[a]\nldap://${canary}=1`, "Line 2 of file has a parameter that does not exist"],
  ])("with %j is refused, and not repeated", (lines, message) => {
    expect(() => serviceIn(lines, "a", "file")).toThrow(message);
    expect(() => serviceIn(lines, "a", "file")).not.toThrow(canary);
  });
});

describe("the target of a restore", () => {
  test("takes its password from the environment, and all else from the URL", () => {
    const given = { ...database, PGPASSWORD: canary, PGSSLMODE: "disable" };
    expect(
      targetConnection("postgresql://me@other.example.com:6543/a%20%22b%22?sslmode=verify-full", given),
    ).toEqual({
      PGHOST: "other.example.com",
      PGPORT: "6543",
      PGDATABASE: 'a "b"',
      PGUSER: "me",
      PGPASSWORD: canary,
      PGSSLMODE: "verify-full",
    });
  });

  test.each([
    `postgresql://me:${canary}@host/db`,
    `postgresql://me@host/db?password=${canary}`,
    `postgresql://me@host/db?PASSWORD=${canary}`,
    `postgresql://me@host/db?sslpassword=${canary}`,
    `mysql://me@host/${canary}`,
    `${canary}`,
    `postgresql://me@host:port/${canary}`,
    `postgresql://host/${canary}`,
    `postgresql://me@host/%E0${canary}`,
    `postgresql://me@host/${canary}?sslmode=${canary}`,
    `postgresql://me@host/${canary}?passfile=${canary}`,
  ])("that is %s is refused, and not repeated", (url) => {
    const failure = refusal(() => targetConnection(url, {}));
    expect(failure.message).not.toContain(canary);
    expect(failure.message).toMatch(/--target|PGSSLMODE/);
  });
});

function refusal(read: () => unknown): Failure {
  try {
    read();
  } catch (error) {
    if (error instanceof Failure && error.kind === "refused") return error;
    throw error;
  }
  throw new Error("It was taken");
}
