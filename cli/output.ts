import { randomUUID } from "node:crypto";
import { closeSync, existsSync, openSync, rmSync, type Stats, statSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { Failure } from "../lib/failure.ts";
import { cannotWrite } from "../lib/file-reasons.ts";
import { writeAtomic } from "../lib/files.ts";
import { listed } from "../lib/text.ts";
import type { ReportFormat } from "../preview/report/formats.ts";

/** The format that a run prints, and the files that it writes. */
export interface OutputPlan {
  printed: ReportFormat;
  files: readonly { path: string; format: ReportFormat }[];
}

/**
 * Decides which format goes where. `--format` applies to standard output, or to the file when there is one;
 * with several files, or without `--format`, the file extensions decide. `--json` applies to standard output.
 *
 * @throws {Failure} when options contradict each other
 */
export function planOutput(flags: {
  format?: ReportFormat | undefined;
  json: boolean;
  output: readonly string[];
}): OutputPlan {
  const { format, json, output } = flags;
  if (output.length === 0) {
    if (json && format !== undefined && format !== "json") {
      throw contradiction(`--json means --format json, so it cannot be combined with --format ${format}`);
    }
    return { printed: json ? "json" : (format ?? "pretty"), files: [] };
  }
  if (format !== undefined && output.length > 1) {
    throw contradiction("--format needs exactly one --output; otherwise the file extensions decide");
  }
  const files = output.map((path) => ({ path: absolute(path), format: format ?? formatOf(path) }));
  const twice = files.find(({ path }, index) => files.findIndex((other) => other.path === path) !== index);
  if (twice !== undefined) throw contradiction(`--output ${twice.path} appears twice`);
  return { printed: json ? "json" : "pretty", files };
}

const endings = new Map<string, ReportFormat>([
  [".md", "markdown"],
  [".sarif", "sarif"],
  [".json", "json"],
  [".xml", "junit"],
  [".txt", "pretty"],
]);

/** A path from the working folder, which another process may have removed. */
function absolute(path: string): string {
  try {
    return resolve(path);
  } catch (error) {
    throw cannotWrite(`--output ${path}`, error);
  }
}

/** What is at a path that is written to; undefined where nothing is. */
function targetAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw cannotWrite(`--output ${path}`, error);
  }
}

function formatOf(path: string): ReportFormat {
  if (targetAt(path)?.isDirectory() === true) throw refusal(path, "it is a folder, and must be a file");
  const format = endings.get(extname(path).toLowerCase());
  if (format !== undefined) return format;
  throw contradiction(
    `--output ${path}: add --format, or use the extension ${listed([...endings.keys()], "or")}`,
  );
}

/** @throws {Failure} when a file could not be written; called before the preview, which takes a while */
export function checkOutputs({ files }: OutputPlan): void {
  for (const { path } of files) {
    checkWritable(path);
    if (targetAt(path)?.isFile() === false) throw refusal(path, "it is not a regular file");
    if (!existsSync(dirname(path))) throw refusal(path, `${dirname(path)} does not exist; create it`);
  }
}

/**
 * Looks whether {@link writeOutput} could write a file, before what takes a while.
 *
 * @param option that names it
 * @throws {Failure} when it could not
 */
export function checkWritable(path: string, option = "--output"): void {
  try {
    const target = statSync(path, { throwIfNoEntry: false });
    // The system says why not: it opens no folder to be written to.
    if (target?.isDirectory() === true) openSync(path, "r+");
    // What a device such as /dev/stdout is in does not matter.
    if (target === undefined || target.isFile()) tryIn(presentAbove(path));
  } catch (error) {
    throw cannotWrite(`${option} ${path}`, error);
  }
}

/** A file system that is read-only or full lets nobody write, whatever the rights of the folder. */
function tryIn(folder: string): void {
  const draft = join(folder, `.${randomUUID()}.tmp`);
  closeSync(openSync(draft, "wx"));
  rmSync(draft);
}

/** The innermost thing above a path that is there: folders that are missing are made. */
function presentAbove(path: string): string {
  let folder = dirname(resolve(path));
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

/**
 * Writes a file in one step.
 *
 * @param option that names it
 * @throws {Failure} when it cannot be written; the file then keeps its content
 */
export function writeOutput(path: string, content: string, option = "--output"): void {
  try {
    writeAtomic(path, content);
  } catch (error) {
    throw cannotWrite(`${option} ${path}`, error);
  }
}

function contradiction(message: string): Failure {
  return new Failure("output", message);
}

function refusal(path: string, reason: string): Failure {
  return new Failure("output", `Cannot write --output ${path}: ${reason}`);
}
