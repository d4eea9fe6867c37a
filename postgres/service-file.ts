import { statSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../lib/failure.ts";
import { readText } from "../lib/files.ts";
import { type Connection, defaultFile } from "./connection.ts";
import { parameters } from "./url.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const maximumBytes = 1024 * 1024;

/** Parameters that name a session and change nothing here. */
const ignored: ReadonlySet<string> = new Set([
  "application_name",
  "fallback_application_name",
  "connect_timeout",
  "client_encoding",
  "keepalives",
  "keepalives_idle",
  "keepalives_interval",
  "keepalives_count",
  "tcp_user_timeout",
]);

/**
 * The variables of the service that `PGSERVICE` names, from the file in `PGSERVICEFILE`, `~/.pg_service.conf` or
 * the folder in `PGSYSCONFDIR`, the first that has the service. As in libpq they come before other variables:
 * https://www.postgresql.org/docs/17/libpq-pgservice.html
 *
 * @returns undefined without `PGSERVICE`
 * @throws {Failure} `refused`, when no file has the service or it has a parameter that is not supported; the
 * message quotes no value
 */
export function serviceVariables(environment: Environment): Environment | undefined {
  const { PGSERVICE: service, PGSERVICEFILE, PGSYSCONFDIR } = environment;
  if (service === undefined || service === "") return undefined;
  const own = PGSERVICEFILE || defaultFile(".pg_service.conf");
  const files = [own, ...(PGSYSCONFDIR ? [join(PGSYSCONFDIR, "pg_service.conf")] : [])];
  for (const file of files) {
    const text = readFile(file);
    const variables = text === undefined ? undefined : serviceIn(text, service, file);
    if (variables !== undefined) return variables;
  }
  throw new Failure("refused", `PGSERVICE names a service that is not in ${files.join(" or ")}`);
}

/**
 * The variables of a service in the text of a service file; undefined when it has no such service.
 *
 * @throws {Failure} `refused`, when a line of the service is not supported
 */
export function serviceIn(
  text: string,
  service: string,
  file: string,
): Partial<Record<keyof Connection, string>> | undefined {
  const found: Partial<Record<keyof Connection, string>> = {};
  let inside = false;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("[")) {
      // As in libpq, only the first section of a name counts.
      if (inside) return found;
      inside = line.startsWith(`[${service}]`);
      continue;
    }
    if (!inside) continue;
    const refused = (problem: string): Failure =>
      new Failure("refused", `Line ${index + 1} of ${file} ${problem}`);
    const equals = line.indexOf("=");
    if (equals < 1) throw refused("is not KEY=VALUE");
    const key = line.slice(0, equals);
    const variable = parameters.get(key);
    if (variable !== undefined) found[variable] ??= line.slice(equals + 1);
    else if (!ignored.has(key)) {
      throw refused(
        /^\w{1,40}$/.test(key)
          ? `has the parameter ${key}, which is not supported`
          : "has a parameter that does not exist",
      );
    }
  }
  return inside ? found : undefined;
}

function readFile(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile()) return undefined;
  return readText(`the service file ${file}`, file, { maximumBytes });
}
