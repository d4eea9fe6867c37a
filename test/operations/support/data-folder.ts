import { execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { makeFolder } from "./memory.ts";

/** The superuser of new data, and its password until the server has another. */
export const superuser = { user: "postgres", password: "until-it-has-another" } as const;

/**
 * Makes the data of a new server below a folder, under a system identifier of its own: what `initdb` made once, which
 * by itself takes longer than most tests.
 *
 * @param folder of the account that the server runs as
 * @param programs paths of `initdb` and `postgres`
 * @returns the folder of the data
 */
export async function makeData(
  folder: string,
  account: { uid: number; gid: number },
  programs: { initdb: string; postgres: string },
): Promise<string> {
  // The account may not be able to read where this project is.
  const data = join(folder, "data");
  const archive = openSync(await archiveOf(programs, account, flags), "r");
  try {
    mkdirSync(data, { mode: 0o700 });
    chownSync(data, account.uid, account.gid);
    const tar = spawn("tar", ["-x"], { ...account, cwd: data, stdio: [archive, "ignore", "inherit"] });
    const [status] = await once(tar, "exit");
    if (status !== 0) throw new Error(`tar ended with ${status}`);
  } finally {
    closeSync(archive);
  }
  // A number above zero to SQL.
  identify(data, Buffer.concat([randomBytes(7), Buffer.from([1])]));
  return data;
}

const cache = join(import.meta.dirname, "..", "..", "..", "node_modules", ".cache");

/** What `initdb` made, packed; another version, locale or time zone has another one, and so have other flags. */
export async function archiveOf(
  { initdb, postgres }: { initdb: string; postgres: string },
  account: { uid: number; gid: number },
  flags: readonly string[],
): Promise<string> {
  const { size, mtimeMs } = statSync(postgres);
  const variables = Object.entries(process.env).filter(([name]) => /^(?:LANG|LC_|TZ)/.test(name));
  const made = JSON.stringify([initdb, size, mtimeMs, variables.toSorted(), superuser, flags]);
  const digest = createHash("sha256").update(made).digest("hex").slice(0, 16);
  const place = join(cache, `postgres-data-${digest}.tar`);
  if (existsSync(place)) return place;
  const folder = makeFolder("initdb-");
  try {
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, superuser.password, { mode: 0o600 });
    for (const path of [folder, passwordFile]) chownSync(path, account.uid, account.gid);
    const run = promisify(execFile);
    const own = ["-D", "data", "-U", superuser.user, "--pwfile", passwordFile];
    await run(initdb, [...own, ...flags], { ...account, cwd: folder });
    // Without what is zero in a file, such as most of the write-ahead log.
    await run("cp", ["-a", "--sparse=always", "data", "sparse"], { cwd: folder });
    mkdirSync(cache, { recursive: true });
    // Others may be making it as well, in this process too.
    const fresh = `${place}-${randomBytes(8).toString("hex")}`;
    await run("tar", ["-c", "--sparse", "-f", fresh, "-C", "sparse", "."], { cwd: folder });
    renameSync(fresh, place);
    return place;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const flags = ["--auth-local=trust", "--auth-host=scram-sha-256", "-E", "UTF8", "--no-sync"];

/**
 * Gives data that no server has run on yet another system identifier, which is in its control file and at the beginning
 * of its write-ahead log.
 *
 * Source: ControlFileData in PostgreSQL's pg_control.h, XLogLongPageHeaderData in its xlog_internal.h
 */
function identify(data: string, id: Buffer): void {
  const path = join(data, "global", "pg_control");
  const control = readFileSync(path);
  const before = Buffer.from(control.subarray(0, 8));
  const end = checkedBytes(control);
  control.set(id);
  control.writeUInt32LE(checksum(control.subarray(0, end)), end);
  writeFileSync(path, control);
  const log = join(data, "pg_wal");
  const segments = readdirSync(log).filter((name) => /^[0-9A-F]{24}$/.test(name));
  for (const name of segments) replaceAt(join(log, name), 24, before, id);
}

function replaceAt(path: string, at: number, before: Buffer, after: Buffer): void {
  const file = openSync(path, "r+");
  try {
    const found = Buffer.alloc(before.length);
    readSync(file, found, 0, found.length, at);
    if (!found.equals(before)) throw new Error(`${path} has no system identifier at ${at}`);
    writeSync(file, after, 0, after.length, at);
  } finally {
    closeSync(file);
  }
}

/** How many bytes of a control file its checksum, which stands after them, is of: each version has others. */
function checkedBytes(control: Buffer): number {
  for (let end = 8; end <= 508; end += 4) {
    if (checksum(control.subarray(0, end)) === control.readUInt32LE(end)) return end;
  }
  throw new Error("The control file has no checksum");
}

/** CRC-32C, as PostgreSQL checks its control file by. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
