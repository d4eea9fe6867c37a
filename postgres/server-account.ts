import { execFileSync } from "node:child_process";
import { Failure } from "../lib/failure.ts";

/** The account of Debian's package, which stays what it is. */
let account: { uid: number; gid: number } | undefined;

/**
 * Account to run a PostgreSQL server as: this one, or for root, which the server refuses, the account
 * `postgres` of Debian's package.
 *
 * @throws {Failure} `refused`, when that account does not exist
 */
export function serverAccount(): { uid: number; gid: number } {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  if (uid !== 0) return { uid, gid };
  try {
    account ??= accountOf(
      execFileSync("id", ["postgres"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    );
    return account;
  } catch {
    throw new Failure(
      "refused",
      "PostgreSQL does not run as root, and there is no account postgres to run it as",
    );
  }
}

/** @param said by `id`, such as `uid=105(postgres) gid=111(postgres) groups=111(postgres)` */
function accountOf(said: string): { uid: number; gid: number } {
  const [, uid, gid] = /^uid=(\d+)(?:\(.*?\))? gid=(\d+)/.exec(said) ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`id said ${said}`);
  return { uid: Number(uid), gid: Number(gid) };
}
