import { mkdtempSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Launch } from "../../lib/child.ts";
import { Failure } from "../../lib/failure.ts";
import { shortened } from "../../lib/text.ts";
import { closedEnvironment } from "./environment.ts";
import { isWithin } from "./folders.ts";
import {
  type Guest,
  hostFolder,
  type Isolation,
  type IsolationOptions,
  isolatedBytes,
  roomForObjects,
} from "./isolation.ts";
import { Views } from "./views.ts";

/**
 * Runs each guest by Node's permission model with an environment of its own. It keeps files and programs from
 * code that is careless; what it does not stop, such as the network and signals, `docs/security.md` lists.
 *
 * @param folder of the run, which only the caller can read
 * @throws {Failure} where this Node.js cannot
 */
export function byPermissions({ env, read }: IsolationOptions, folder: string): Isolation {
  if (!process.allowedNodeEnvironmentFlags.has("--allow-inspector")) {
    throw new Failure(
      "isolation",
      `--isolate=permissions needs Node.js 24.12 or newer, and this is ${process.versions.node}`,
    );
  }
  const views = new Views(read);
  return {
    answerBytes: isolatedBytes,
    address: (socket) => `unix:${socket}`,
    path: (path) => realpathSync(path),
    mayRead: (...asked) => views.mayRead(...asked),
    isTemporary: (path) => isWithin(path, folder),
    launch(guest: Guest): Launch {
      checkNodeArgs(guest.nodeArgs.filter((arg) => !roomForObjects.includes(arg)));
      const temporary = mkdtempSync(join(folder, "guest-"));
      const { shown, given, links } = views.of(guest.folder, [...guest.needs, guest.runner]);
      const readable = [
        ...shown,
        ...given,
        ...links.keys(),
        realpathSync(hostFolder),
        guest.socket,
        temporary,
      ];
      return {
        command: process.execPath,
        args: [
          "--permission",
          // Pulumi's SDK opens a session within its own process as it starts.
          ...["--allow-inspector", "--disable-warning=SecurityWarning"],
          ...readable.map((path) => `--allow-fs-read=${path}`),
          ...[guest.socket, temporary].map((path) => `--allow-fs-write=${path}`),
          ...guest.nodeArgs,
          ...[join(hostFolder, `${guest.host}.cjs`), guest.runner, ...guest.args],
        ],
        closed: true,
        cwd: guest.cwd,
        env: { ...closedEnvironment(guest.env, env), HOME: temporary, TMPDIR: temporary },
      };
    },
  };
}

/** Options of Node.js that neither lift its permissions nor have it write files or start programs by itself. */
const harmlessOptions = new Set([
  ...["--max-old-space-size", "--max-semi-space-size", "--stack-size"],
  ...["--stack-trace-limit", "--enable-source-maps", "--title", "--unhandled-rejections"],
  ...["--no-warnings", "--disable-warning", "--trace-warnings", "--trace-deprecation", "--trace-uncaught"],
  ...[
    "--no-deprecation",
    "--throw-deprecation",
    "--loader",
    "--experimental-loader",
    "--import",
    "--require",
  ],
  ...["-r", "--conditions", "-C", "--preserve-symlinks", "--preserve-symlinks-main", "--input-type"],
  ...["--experimental-specifier-resolution", "--experimental-strip-types", "--experimental-transform-types"],
  ...["--no-experimental-strip-types", "--no-experimental-require-module", "--experimental-require-module"],
]);

/** @throws {Failure} for what the project itself has Node.js started with, where that may give the program more */
function checkNodeArgs(args: readonly string[]): void {
  const names = args.filter((arg) => arg.startsWith("-")).map((arg) => arg.replace(/=.*$/s, ""));
  const other = names.find((name) => !harmlessOptions.has(name.replaceAll("_", "-")));
  if (other === undefined) return;
  throw new Failure(
    "isolation",
    `runtime.options.nodeargs has ${shortened(other, 100)}, which may give the program what --isolate=permissions keeps from it: leave it out, or use --isolate`,
  );
}
