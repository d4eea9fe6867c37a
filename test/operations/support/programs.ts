import { chmodSync, copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findProgram } from "../../../postgres/programs.ts";
import { serverAccount } from "../../../postgres/server-account.ts";
import { archiveOf, superuser } from "./data-folder.ts";

/**
 * Makes a folder for POSTGRES_BIN in which only `initdb` is another one: it unpacks what the real one made once, and
 * gives the superuser the name that it is asked for. For tests of what a drill does on its server, and not of how that
 * is made.
 *
 * @param folder that the account of a server can read
 */
export async function quickPrograms(folder: string): Promise<string> {
  const initdb = findProgram("initdb");
  const real = dirname(initdb);
  const programs = join(folder, "bin");
  mkdirSync(programs, { recursive: true });
  for (const name of readdirSync(real)) {
    if (name !== "initdb") symlinkSync(join(real, name), join(programs, name));
  }
  symlinkSync(join(real, "..", "lib"), join(folder, "lib"));
  const archive = join(folder, "data.tar");
  copyFileSync(
    await archiveOf({ initdb, postgres: findProgram("postgres") }, serverAccount(), flags),
    archive,
  );
  chmodSync(archive, 0o644);
  writeFileSync(join(programs, "initdb"), script(archive, real), { mode: 0o755 });
  return programs;
}

/** As a drill has its server made. */
const flags = ["--auth-local=trust", "--auth-host=reject", "--no-locale", "--no-sync"];

const script = (archive: string, real: string): string => `#!/bin/sh
set -e
while [ $# -gt 0 ]; do
  case $1 in
    -D) data=$2; shift ;;
    -U) user=$2; shift ;;
    ${flags.join(" | ")}) ;;
    *) echo "initdb is not known to be asked for $1" >&2; exit 1 ;;
  esac
  shift
done
mkdir -m 700 "$data"
tar -x -f '${archive}' -C "$data"
echo "update pg_authid set rolname = '$user' where rolname = '${superuser.user}'" |
  '${real}/postgres' --single -F -D "$data" template1 > /dev/null
`;
