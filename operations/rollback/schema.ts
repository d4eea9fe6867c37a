import { createHash } from "node:crypto";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { type Between, judgeForEarlier, type Verdict } from "../migrate/earlier.ts";
import { readPrevious } from "../migrate/previous.ts";

/** Whether code that is older than the schema can work with it. */
export type SchemaVerdict = Verdict;

/** Judges the migrations between two commits, the older first. */
export type SchemaJudge = (from: string, to: string, signal: AbortSignal) => Promise<SchemaVerdict>;

/** Asks Git; undefined where it cannot answer. */
export type Git = (args: readonly string[]) => Promise<string | undefined>;

export interface SchemaSources {
  git: Git;
  /** Folder of the migrations. */
  folder: string;
  /** Folders that say what a release reads. */
  reads: { schema: string; queries: string };
  /** What rehearsals that held showed, by the SHA-256 of a migration. */
  rehearsed(): Promise<ReadonlyMap<string, "expand" | "contract">>;
}

/**
 * Judges as `optropic migrate` does: by the statements of the migrations that came with the release, by what the
 * earlier one reads, and by what rehearsals showed. Nothing that it cannot read counts as compatible.
 */
export function judgeByMigrations({ git, folder, reads, rehearsed }: SchemaSources): SchemaJudge {
  return async (from, to) => {
    // What a host says of its deployments is not ours to hand to a program as it is.
    if (![from, to].every((commit) => /^[0-9a-f]{7,64}$/.test(commit))) {
      return unknown("A host names something else than a commit");
    }
    const listed = await git(["diff", "--name-status", "--no-renames", "-z", `${from}..${to}`, "--", folder]);
    if (listed === undefined) {
      return unknown(
        `Git cannot compare ${from.slice(0, 12)} and ${to.slice(0, 12)} here: fetch both with their history`,
      );
    }
    const changes = changesIn(listed).filter(({ path }) => path.endsWith("/migration.sql"));
    if (changes.length === 0) return { state: "compatible", summary: "No migration came with the release" };
    const other = changes.find(({ status }) => status !== "A");
    if (other !== undefined) {
      return unknown(
        `${other.path} is ${other.status === "D" ? "missing in" : "other in"} the release that serves: the database may have what only one of them knows`,
      );
    }
    const shown = await rehearsed().catch((error: unknown) => {
      if (error instanceof Failure) return new Map<string, "expand" | "contract">();
      throw error;
    });
    const migrations: Between[] = [];
    for (const { path } of changes) {
      const sql = await git(["show", `${to}:${path}`]);
      if (sql === undefined) return unknown(`Git cannot show ${path} of ${to.slice(0, 12)}`);
      migrations.push({ name: nameOf(path), sql, rehearsed: rehearsedAs(shown, sql) });
    }
    try {
      return await judgeForEarlier(migrations, await readPrevious(git, from, reads));
    } catch (error) {
      return unknown(`The migrations cannot be judged: ${reasonOf(error)}`);
    }
  };
}

function unknown(summary: string): SchemaVerdict {
  return { state: "unknown", summary };
}

/** Letters and paths of `git diff --name-status -z`, in the order of the names. */
function changesIn(listed: string): { status: string; path: string }[] {
  const parts = listed.split("\0");
  const found: { status: string; path: string }[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    found.push({ status: parts[index] ?? "", path: parts[index + 1] ?? "" });
  }
  return found.sort((one, other) => (one.path < other.path ? -1 : 1));
}

function nameOf(path: string): string {
  return path.split("/").at(-2) ?? path;
}

/** Git's answer has no newline at its end, which the file may have. */
function rehearsedAs(
  shown: ReadonlyMap<string, "expand" | "contract">,
  sql: string,
): "expand" | "contract" | undefined {
  for (const text of [sql, `${sql}\n`]) {
    const found = shown.get(createHash("sha256").update(text).digest("hex"));
    if (found !== undefined) return found;
  }
  return undefined;
}
