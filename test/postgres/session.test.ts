import { execFile, execFileSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type Connection, programEnvironment } from "../../postgres/connection.ts";
import { findProgram } from "../../postgres/programs.ts";
import { serverAccount } from "../../postgres/server-account.ts";
import { connect, withPatientSession, withSession } from "../../postgres/session.ts";
import { type PostgresServer, startPostgres } from "../operations/support/postgres.ts";

// The session of this process and psql reach the same servers by the same variables, and refuse the same.

let folder: string;
let secure: PostgresServer;
let plain: PostgresServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tls-"));
  for (const name of ["ca", "other"]) authority(name);
  for (const name of ["localhost", "client"]) certificate(name);
  const { uid, gid } = serverAccount();
  for (const path of ["", "localhost.key", "localhost.crt", "ca.crt"])
    chownSync(join(folder, path), uid, gid);
  const settings = {
    ssl: "on",
    ssl_cert_file: join(folder, "localhost.crt"),
    ssl_key_file: join(folder, "localhost.key"),
    ssl_ca_file: join(folder, "ca.crt"),
  };
  [secure, plain] = await Promise.all([startPostgres("word", settings), startPostgres("word")]);
});

afterAll(async () => {
  await Promise.all([secure.stop(), plain.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

afterEach(() => {
  vi.unstubAllEnvs();
});

const modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
const roots = ["none", "ca", "other", "default", "missing"] as const;
const hosts = ["localhost", "127.0.0.1"] as const;

describe.each(modes)("PGSSLMODE=%s", (PGSSLMODE) => {
  test.each(roots.flatMap((root) => hosts.map((host) => [root, host] as const)))(
    "with root certificates: %s, at %s",
    async (root, PGHOST) => {
      vi.stubEnv("HOME", home(root === "default"));
      const connection: Connection = {
        ...secure.connection(),
        PGHOST,
        PGSSLMODE,
        ...(root === "ca" || root === "other" || root === "missing"
          ? { PGSSLROOTCERT: join(folder, `${root}.crt`) }
          : {}),
      };
      expect(await bySession(connection)).toBe(await byPsql(connection));
    },
  );

  test("at a server without TLS", async () => {
    vi.stubEnv("HOME", home(false));
    const connection = { ...plain.connection(), PGSSLMODE };
    expect(await bySession(connection)).toBe(await byPsql(connection));
  });
});

test("a client certificate is shown to the server", async () => {
  vi.stubEnv("HOME", home(false));
  const connection: Connection = {
    ...secure.connection(),
    PGSSLMODE: "require",
    PGSSLCERT: join(folder, "client.crt"),
    PGSSLKEY: join(folder, "client.key"),
  };
  const expected = "t /CN=client";
  expect([await bySession(connection), await byPsql(connection)]).toEqual([expected, expected]);
});

test("a password file has the password", async () => {
  const file = join(folder, "passwords");
  writeFileSync(file, `127.0.0.1:${plain.port}:postgres:postgres:word\n`, { mode: 0o600 });
  const { PGPASSWORD: _, ...connection } = plain.connection();
  const session = await connect({ ...connection, PGPASSFILE: file }, "test");
  await session.end();
  await expect(connect({ ...connection, PGPASSFILE: join(folder, "absent") }, "test")).rejects.toThrow(
    `Cannot connect to 127.0.0.1:${plain.port}/postgres: the server asks for a password: set PGPASSWORD, or add the database to the password file (the password file ${join(folder, "absent")} does not exist)`,
  );
});

test("a client's private key that others may read is refused, as psql refuses it", async () => {
  vi.stubEnv("HOME", home(false));
  const open = join(folder, "open.key");
  copyFileSync(join(folder, "client.key"), open);
  chmodSync(open, 0o644);
  const connection: Connection = {
    ...secure.connection(),
    PGSSLMODE: "require",
    PGSSLCERT: join(folder, "client.crt"),
    PGSSLKEY: open,
  };
  await expect(connect(connection, "test")).rejects.toMatchObject({
    kind: "refused",
    message: `Other users may access the private key ${open}: set its mode to 600 (u=rw), or to 640 if root owns it`,
  });
  expect(await byPsql(connection)).toBe("no session");
});

test.each([
  ["TLSv1.3", undefined],
  ["TLSv1.2", "TLSv1.2"],
  ["TLSv1.1", "TLSv1.1"],
] as const)(
  "the versions of TLS from %s to %s are psql's",
  async (PGSSLMINPROTOCOLVERSION, PGSSLMAXPROTOCOLVERSION) => {
    vi.stubEnv("HOME", home(false));
    const connection: Connection = {
      ...secure.connection(),
      PGSSLMODE: "require",
      PGSSLMINPROTOCOLVERSION,
      ...(PGSSLMAXPROTOCOLVERSION && { PGSSLMAXPROTOCOLVERSION }),
    };
    expect(await bySession(connection)).toBe(await byPsql(connection));
  },
);

test("a revoked certificate of the server is refused, as psql refuses it", async () => {
  vi.stubEnv("HOME", home(false));
  writeFileSync(join(folder, "index.txt"), "");
  writeFileSync(join(folder, "crlnumber"), "01\n");
  const settings =
    "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\n";
  writeFileSync(join(folder, "ca.cnf"), settings);
  const signer = ["-config", "ca.cnf", "-cert", "ca.crt", "-keyfile", "ca.key"];
  const connection: Connection = {
    ...secure.connection(),
    PGHOST: "localhost",
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: join(folder, "ca.crt"),
    PGSSLCRL: join(folder, "ca.crl"),
  };
  openssl("ca", ...signer, "-gencrl", "-crldays", "2", "-out", "ca.crl");
  expect([await bySession(connection), await byPsql(connection)]).toEqual(["t", "t"]);
  openssl("ca", ...signer, "-revoke", "localhost.crt");
  openssl("ca", ...signer, "-gencrl", "-crldays", "2", "-out", "ca.crl");
  expect([await bySession(connection), await byPsql(connection)]).toEqual(["no session", "no session"]);
});

test("direct negotiation is not understood by a server that is older than 17", async () => {
  const connection: Connection = { ...secure.connection(), PGSSLMODE: "require", PGSSLNEGOTIATION: "direct" };
  await expect(connect(connection, "test")).rejects.toMatchObject({ kind: "failed" });
});

test("options reach the server", async () => {
  const session = await connect({ ...plain.connection(), PGOPTIONS: "-c geqo=off" }, "test");
  expect(await session.rows("select current_setting('geqo') as geqo")).toEqual([{ geqo: "off" }]);
  await session.end();
});

test("root certificates that are asked for and missing are named", async () => {
  const connection: Connection = {
    ...secure.connection(),
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: "/absent",
  };
  await expect(connect(connection, "test")).rejects.toMatchObject({
    kind: "refused",
    message: expect.stringContaining("/absent does not exist"),
  });
});

const query = "select concat_ws(' ', ssl, client_dn) from pg_stat_ssl where pid = pg_backend_pid()";

/** Whether there is a session, by TLS and with which certificate. */
async function bySession(connection: Connection): Promise<string> {
  try {
    const session = await connect(connection, "test");
    const [[answer] = []] = await session.lists(query);
    await session.end();
    return String(answer);
  } catch {
    return "no session";
  }
}

async function byPsql(connection: Connection): Promise<string> {
  const env = programEnvironment(connection, "test");
  try {
    const { stdout } = await promisify(execFile)(findProgram("psql"), ["-XAtqc", query], { env });
    return stdout.trim();
  } catch {
    return "no session";
  }
}

/** A home folder, with the root certificates where libpq looks for them or without. */
function home(withRoots: boolean): string {
  const path = mkdtempSync(join(folder, "home-"));
  if (withRoots) {
    mkdirSync(join(path, ".postgresql"));
    copyFileSync(join(folder, "ca.crt"), join(path, ".postgresql", "root.crt"));
  }
  return path;
}

function authority(name: string): void {
  const files = ["-keyout", `${name}.key`, "-out", `${name}.crt`];
  openssl("req", "-x509", "-subj", `/CN=${name}`, "-days", "2", ...key, ...files);
}

/** A certificate that the authority `ca` signed. */
function certificate(name: string): void {
  writeFileSync(join(folder, `${name}.ext`), `subjectAltName=DNS:${name}\n`);
  openssl("req", "-subj", `/CN=${name}`, ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`);
  const signer = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", `${name}.ext`];
  openssl("x509", "-req", "-in", `${name}.csr`, "-days", "2", ...signer, "-out", `${name}.crt`);
}

const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** It comes with Debian's PostgreSQL. */
function openssl(...args: string[]): void {
  execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
}

test("a session for what takes long has no time limit, whatever the database has", async () => {
  const limits = ["statement_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout"];
  await plain.sql("create database limited");
  for (const name of limits) await plain.sql(`alter database limited set ${name} = '1h'`);
  const query = `select setting from pg_settings where name in (${limits.map((name) => `'${name}'`).join()})`;
  const target = plain.connection("limited");
  const hour = { setting: "3600000" };
  expect(await withSession(target, "test", (session) => session.rows(query))).toEqual([hour, hour, hour]);
  const none = { setting: "0" };
  expect(await withPatientSession(target, "test", (session) => session.rows(query))).toEqual([
    none,
    none,
    none,
  ]);
});

test("rows come some at a time, large ones fewer, and all of them", async () => {
  const read = async (query: string): Promise<number[]> => {
    const counts: number[] = [];
    await withSession(plain.connection(), "test", async (session) => {
      await session.run("begin");
      for await (const rows of session.batches(query, ["canary"])) counts.push(rows.length);
    });
    return counts;
  };
  const small = await read("select i, 'canary' = any($1::text[]) as found from generate_series(1, 5000) i");
  expect(small.reduce((sum, count) => sum + count, 0)).toBe(5000);
  expect(Math.max(...small)).toBe(2000);
  const large = await read(
    "select repeat('x', 100000) as text, $1::text[] is null as no from generate_series(1, 150)",
  );
  expect(large.reduce((sum, count) => sum + count, 0)).toBe(150);
  expect(large.slice(1).every((count) => count <= 11)).toBe(true);
  expect(await read("select 1 as one, $1::text[] as value where false")).toEqual([]);
});
