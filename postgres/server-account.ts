import { execFileSync } from "node:child_process";
import { Failure } from "../lib/failure.ts";

/**
 * Account that PostgreSQL's server runs as. It refuses to run as root, so root runs it as the account that
 * its package brings.
 *
 * @throws {Failure} `refused`, when there is no such account
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
    throw new Failure("refused", "There is no account postgres to run a server as: root may not run one");
  }
}
