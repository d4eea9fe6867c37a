import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { listed } from "../lib/text.ts";

/** A program that the tests run and that no package of npm brings. */
interface Need {
  /** What says that it runs. */
  readonly command: readonly [name: string, ...args: string[]];
  /** Folders to look in beside those of the path. */
  readonly folders?: string;
  /** Debian's package. */
  readonly debian: string;
}

/** PostgreSQL, Prometheus for the alert rules, and a browser for the report. Go is needed where a tool of go-tools.ts is to be built. */
export const needs: readonly Need[] = [
  { command: ["initdb", "--version"], folders: "/usr/lib/postgresql/*/bin", debian: "postgresql" },
  { command: ["psql", "--version"], folders: "/usr/lib/postgresql/*/bin", debian: "postgresql-client" },
  { command: ["pg_dump", "--version"], folders: "/usr/lib/postgresql/*/bin", debian: "postgresql-client" },
  { command: ["promtool", "--version"], debian: "prometheus" },
  { command: ["prometheus", "--version"], debian: "prometheus" },
  { command: ["chromium", "--version"], debian: "chromium" },
];

/** One line on the programs that are missing and how Debian installs them; undefined when all are there. */
export function missingNeeds(environment: NodeJS.ProcessEnv, all = needs): string | undefined {
  const missing = all.filter(({ command: [name, ...args], folders }) => {
    const places = folders === undefined ? [] : globSync(`${folders}/${name}`);
    return [name, ...places].every((place) => spawnSync(place, args, { env: environment }).status !== 0);
  });
  if (missing.length === 0) return undefined;
  const names = missing.map(({ command: [name] }) => name);
  const packages = [...new Set(missing.map(({ debian }) => debian))];
  return `The tests need ${listed(names, "and")}. On Debian: sudo apt-get install ${packages.join(" ")}`;
}
