import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as z from "zod";
import { Child } from "../../lib/child.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { makePrivateFolder, removeFolder } from "../../lib/files.ts";
import { parseJson } from "../../lib/json.ts";

/** What squawk says of a place in a script. */
export interface SquawkFinding {
  rule: string;
  /** From 1. */
  line: number;
  message: string;
  help: string | undefined;
}

/**
 * Rules that say nothing of danger: how types are chosen, and what Prisma's transaction and the time limits of
 * optropic migrate take care of.
 */
const left: ReadonlySet<string> = new Set([
  ...["prefer-bigint-over-int", "prefer-bigint-over-smallint", "prefer-identity", "prefer-text-field"],
  ...["prefer-timestamp-tz", "prefer-robust-stmts", "prefer-repack", "ban-char-field", "identifier-too-long"],
  ...["require-lock-timeout", "require-statement-timeout", "require-timeout-settings", "unused-ignore"],
  ...["require-table-schema", "require-enum-value-ordering"],
]);

const outputBytes = 16 * 1024 * 1024;

const answer = z.array(
  z.object({
    file: z.string(),
    line: z.int().min(0),
    message: z.string(),
    help: z.string().nullish(),
    rule_name: z.string().max(200),
  }),
);

type Answer = z.infer<typeof answer>;

/** Runs squawk on scripts, for a version of the server such as 17.4. Answers the findings of each, in order. */
export async function squawk(
  scripts: readonly { sql: string; inTransaction: boolean }[],
  { version, signal }: { version: string; signal: AbortSignal },
): Promise<SquawkFinding[][]> {
  const folder = makePrivateFolder("optropic-lint");
  try {
    // No settings of the folder that it is run in.
    const config = join(folder, "squawk.toml");
    writeFileSync(config, "");
    const files = scripts.map((_, index) => join(folder, `${index}.sql`));
    scripts.forEach(({ sql }, index) => {
      writeFileSync(files[index] ?? "", withoutIgnores(sql));
    });
    const common = ["--config", config, "--reporter", "json", "--pg-version", shortVersion(version)];
    const found: Answer = [];
    for (const wrapped of [true, false]) {
      const some = files.filter((_, index) => scripts[index]?.inTransaction === wrapped);
      const flags = wrapped ? ["--assume-in-transaction"] : [];
      if (some.length > 0) found.push(...(await run([...common, ...flags, "--", ...some], signal)));
    }
    return files.map((file) => found.filter((each) => each.file === file).flatMap(findingOf));
  } finally {
    removeFolder(folder);
  }
}

async function run(args: readonly string[], signal: AbortSignal): Promise<Answer> {
  const child = new Child({
    label: "squawk",
    launch: { command: binary(), args, env: { PATH: process.env.PATH } },
    signal,
    outputBytes,
  });
  const status = await child.exited.finally(() => signal.throwIfAborted());
  const parsed = answer.safeParse(parseJson(child.output));
  if (parsed.success && (status === 0 || status === 1)) return parsed.data;
  throw new Failure(
    "failed",
    `squawk ended with exit status ${status}: ${child.errors.trim().slice(0, 500)}`,
  );
}

function findingOf({ line, message, help, rule_name: rule }: Answer[number]): SquawkFinding[] {
  if (left.has(rule)) return [];
  return [{ rule, line: line + 1, message, help: help ?? undefined }];
}

/** A comment in the script must not silence a rule: that takes a waiver, with a reason, an approver and an end. */
function withoutIgnores(sql: string): string {
  return sql.replace(/^\uFEFF/, "").replaceAll(/squawk-(?=ignore)/gi, "squawk_");
}

/** Of 17.4 (Debian 17.4-1) only 17.4; of 18beta1 only 18. */
function shortVersion(version: string): string {
  const [, major = "17", minor = "0"] = /^(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return `${major}.${minor}`;
}

function binary(): string {
  const name = `@squawk-cli/${process.platform}-${process.arch}/bin/${process.platform === "win32" ? "squawk.exe" : "squawk"}`;
  try {
    // Its own program only starts this one, which is what takes the time.
    return createRequire(createRequire(import.meta.url).resolve("squawk-cli/package.json")).resolve(name);
  } catch (error) {
    throw new Failure(
      "refused",
      `squawk is not installed for ${process.platform}-${process.arch}: run npm ci with optional packages (${reasonOf(error)})`,
    );
  }
}
