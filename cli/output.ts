import { statSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { Failure, reasonOf } from "../lib/failure.ts";
import { writeAtomic } from "../lib/files.ts";
import type { ReportFormat } from "../preview/report/formats.ts";

/** What a run of the command prints, and the files that it writes. */
export interface OutputPlan {
  printed: ReportFormat;
  files: readonly { path: string; format: ReportFormat }[];
}

/**
 * Decides which format goes where. Without files, what is printed has the format; with one, the file has it;
 * with several, or without a format, the files' endings say it. `--json` is about what is printed.
 *
 * @throws {Error} for options that contradict each other, with what to do
 */
export function planOutput(flags: {
  format?: ReportFormat | undefined;
  json: boolean;
  output: readonly string[];
}): OutputPlan {
  const { format, json, output } = flags;
  if (output.length === 0) {
    if (json && format !== undefined && format !== "json") {
      throw new Error(`--json is --format json, so it cannot go with --format ${format}`);
    }
    return { printed: json ? "json" : (format ?? "pretty"), files: [] };
  }
  if (format !== undefined && output.length > 1) {
    throw new Error("--format goes with one --output; with several, their endings say the formats");
  }
  const files = output.map((path) => ({ path: resolve(path), format: format ?? formatOf(path) }));
  const twice = files.find(({ path }, index) => files.findIndex((other) => other.path === path) !== index);
  if (twice !== undefined) throw new Error(`--output ${twice.path} is given twice`);
  return { printed: json ? "json" : "pretty", files };
}

const endings = new Map<string, ReportFormat>([
  [".md", "markdown"],
  [".sarif", "sarif"],
  [".json", "json"],
  [".xml", "junit"],
  [".txt", "pretty"],
]);

function formatOf(path: string): ReportFormat {
  const format = endings.get(extname(path).toLowerCase());
  if (format !== undefined) return format;
  throw new Error(
    `--output ${path}: name its format with --format, or let it end in ${[...endings.keys()].join(", ")}`,
  );
}

/** @throws {Failure} when a file could not be written there, before anything is done for it */
export function checkOutputs({ files }: OutputPlan): void {
  for (const { path } of files) {
    const target = statSync(path, { throwIfNoEntry: false });
    if (target !== undefined && !target.isFile()) throw refusal(path, "it is not a file");
    const folder = statSync(dirname(path), { throwIfNoEntry: false });
    if (folder?.isDirectory() !== true) throw refusal(path, `there is no folder ${dirname(path)}`);
  }
}

/**
 * Writes a file as a whole: whoever reads it sees the old content or the new.
 *
 * @throws {Failure} when it cannot be written; what was there before is still there then
 */
export function writeOutput(path: string, content: string): void {
  try {
    writeAtomic(path, content);
  } catch (error) {
    throw refusal(path, reasonOf(error));
  }
}

function refusal(path: string, reason: string): Failure {
  return new Failure("output", `--output ${path} cannot be written: ${reason}`);
}
