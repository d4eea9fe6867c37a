import { execFileSync } from "node:child_process";
import { Failure } from "../lib/failure.ts";

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
  const id = (flag: string): number =>
    Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  try {
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    throw new Failure(
      "refused",
      "PostgreSQL does not run as root, and there is no account postgres to run it as",
    );
  }
}
