import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

/** A PostgreSQL server of its own on a loopback port, with password authentication and no data. */
export interface PostgresServer {
  port: number;
  user: string;
  password: string;
  /** Runs statements in a database, `postgres` unless named; answers what they print, unaligned. */
  sql(statements: string, database?: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a server in a temporary folder. Throws when PostgreSQL is not installed. */
export async function startPostgres(password: string): Promise<PostgresServer> {
  const user = "postgres";
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  const owner = serverAccount();
  const data = join(folder, "data");
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  for (const path of [folder, passwordFile]) chownSync(path, owner.uid, owner.gid);

  const port = await freePort();
  const initialise = ["-D", data, "-U", user, "-A", "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8"];
  await promisify(execFile)(program("initdb"), [...initialise, "--no-sync"], { ...owner, cwd: folder });
  const flags = ["-D", data, "-p", `${port}`, "-h", "127.0.0.1", "-k", folder, "-F"];
  const server = spawn(program("postgres"), flags, {
    ...owner,
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await ready(server);

  return {
    port,
    user,
    password,
    async sql(statements, database = user) {
      const connection = ["-h", "127.0.0.1", "-p", `${port}`, "-U", user, "-d", database];
      const { stdout } = await promisify(execFile)(
        "psql",
        [...connection, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statements],
        { env: { ...process.env, PGPASSWORD: password } },
      );
      return stdout.trim();
    },
    async stop() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGINT");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root, so root runs it as the account that its package brings. */
function serverAccount(): { uid: number; gid: number } {
  const id = (flag: string, ...user: string[]) =>
    Number(execFileSync("id", [flag, ...user], { encoding: "utf8" }));
  const user = id("-u") === 0 ? ["postgres"] : [];
  return { uid: id("-u", ...user), gid: id("-g", ...user) };
}

/** A server program: on the path, or where Debian keeps the newest version's. */
function program(name: string): string {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is not installed: apt-get install postgresql`);
  return found;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No loopback port is free");
  return address.port;
}

function ready(server: ChildProcess): Promise<void> {
  let log = "";
  return new Promise((resolve, reject) => {
    server.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      if (log.includes("ready to accept connections")) resolve();
    });
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`PostgreSQL ended with ${code}:\n${log}`)));
  });
}
