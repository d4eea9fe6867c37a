import { lstatSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import * as z from "zod";
import { bytesIn } from "../../evidence/folder.ts";
import { ofStack } from "../../evidence/read-all.ts";
import { readRecord, recordName } from "../../evidence/record.ts";
import { commitText } from "../../evidence/statement.ts";
import { Child } from "../../lib/child.ts";
import type { Result } from "../../lib/command.ts";
import { exitStatus } from "../../lib/exit.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";
import { codeOf } from "../../lib/file-reasons.ts";
import { makePrivateFolder, removeFolder, writeAtomic } from "../../lib/files.ts";
import { jsonLine, parseJson } from "../../lib/json.ts";
import { counted, printableText } from "../../lib/text.ts";
import type { CollectFlags } from "./options.ts";
import { isBucket, placeIn } from "./place.ts";

/**
 * Runs GitHub's `gh` and returns what it prints.
 *
 * @throws {Failure} `refused`, where it cannot tell
 */
export type Gh = (args: readonly string[]) => Promise<string>;

const artifactsSchema = z.array(
  z.object({
    name: z.string().max(300),
    expired: z.boolean(),
    created_at: z.iso.datetime(),
    workflow_run: z
      .object({
        id: z.int(),
        repository_id: z.int(),
        head_repository_id: z.int(),
        head_branch: z.string().nullable(),
      })
      .nullish(),
  }),
);

const runSchema = z.object({
  event: z.string().max(100),
  path: z.string().max(300),
  head_branch: z.string().max(300).nullable(),
  head_sha: commitText,
});

/** The most artifacts that are looked at, and the most records that one of them may hold. */
const mostArtifacts = 2000;
const mostRecords = 2000;

/** Workflows whose runs leave records. Another workflow could put anything into an artifact of such a name. */
const ofWorkflows = /^\.github\/workflows\/(?:deploy|nightly|release|staging|watch)\.yml(?:@|$)/;

/**
 * Brings the records that workflows kept as artifacts into a folder: of runs of this repository's own workflows on its
 * default branch or of a release. What a branch or a fork put into an artifact of such a name is passed over, since
 * nobody has reviewed what wrote it.
 */
export async function collect(flags: CollectFlags, gh: Gh = runGh(resolve(flags.cwd))): Promise<Result> {
  if (isBucket(flags.evidence)) {
    throw new Failure(
      "refused",
      `--evidence ${flags.evidence}: where records are in a bucket, runs write them there`,
    );
  }
  const folder = placeIn(resolve(flags.cwd), flags.evidence);
  const found = await artifactsSince(gh, Date.now() - flags.days * 86_400_000);
  const added: string[] = [];
  const problems: string[] = [];
  let present = 0;
  for (const { name, run } of found) {
    const place = makePrivateFolder("artifact");
    try {
      await gh(["run", "download", String(run), "--name", name, "--dir", place]);
      for (const { stack, file } of recordsIn(place)) {
        try {
          const bytes = bytesIn(join(place, stack), file);
          ofStack(readRecord(file, bytes, []), stack);
          if (isThere(join(folder, stack, file))) {
            present += 1;
            continue;
          }
          writeAtomic(join(folder, stack, file), bytes);
          added.push(join(stack, file));
        } catch (error) {
          problems.push(`${name} of the run ${run}: ${reasonOf(error)}`);
        }
      }
    } catch (error) {
      problems.push(`${name} of the run ${run} cannot be read: ${reasonOf(error)}`);
    } finally {
      removeFolder(place);
    }
  }
  const lines = [
    ...problems.map((problem) => `✗ ${problem}`),
    `${counted(added.length, "new record")} from ${counted(found.length, "artifact")} of the last ${counted(flags.days, "day")}; ${present} were there already.`,
    ...(added.length > 0
      ? [
          "Check them with npx optropic evidence verify, then commit them in a pull request: GitHub deletes artifacts.",
        ]
      : []),
  ];
  return {
    status: problems.length === 0 ? exitStatus.holds : exitStatus.couldNotTell,
    output: flags.json
      ? jsonLine({ added, present, artifacts: found.length, problems })
      : printableText(`${lines.join("\n")}\n`),
  };
}

/** Artifacts with records of runs that may be believed, the oldest first. */
async function artifactsSince(gh: Gh, since: number): Promise<{ name: string; run: number }[]> {
  const all: z.infer<typeof artifactsSchema> = [];
  for (let page = 1; ; page += 1) {
    const text = await gh([
      "api",
      `repos/{owner}/{repo}/actions/artifacts?per_page=100&page=${page}`,
      "--jq",
      ".artifacts",
    ]);
    const read = answerOf(artifactsSchema, text);
    all.push(...read);
    // The newest come first.
    if (read.length < 100 || read.some(({ created_at: at }) => Date.parse(at) < since)) break;
    if (all.length >= mostArtifacts) {
      throw new Failure(
        "limit",
        `There are more than ${mostArtifacts} artifacts of that time: ask for fewer --days`,
      );
    }
  }
  const branch = (await gh(["api", "repos/{owner}/{repo}", "--jq", ".default_branch"])).trim();
  const found: { name: string; run: number }[] = [];
  const judged = new Map<number, boolean>();
  const isMerged = mergedInto(gh, branch);
  for (const { name, expired, created_at: at, workflow_run: run } of all.toReversed()) {
    if (expired || !/^records-[\w-]{1,100}$/.test(name) || Date.parse(at) < since) continue;
    if (run == null || run.repository_id !== run.head_repository_id) continue;
    const own = judged.get(run.id) ?? (await isOwn(gh, run.id, branch, isMerged));
    judged.set(run.id, own);
    if (own) found.push({ name, run: run.id });
  }
  return found;
}

/** Whether a run is of one of the workflows that leave records, as the default branch or a release has it. */
async function isOwn(
  gh: Gh,
  id: number,
  branch: string,
  isMerged: (commit: string) => Promise<boolean>,
): Promise<boolean> {
  const {
    event,
    path,
    head_branch: head,
    head_sha: commit,
  } = answerOf(
    runSchema,
    await gh(["api", `repos/{owner}/{repo}/actions/runs/${id}`, "--jq", "{event,path,head_branch,head_sha}"]),
  );
  if (!ofWorkflows.test(path)) return false;
  if (event === "release") return true;
  if (!["schedule", "push", "workflow_dispatch"].includes(event) || head !== branch) return false;
  return await isMerged(commit);
}

/**
 * Says of commits whether the default branch has them. GitHub names a tag like a branch, so a run of a tag that is
 * called as the default branch could be of any commit.
 */
function mergedInto(gh: Gh, branch: string): (commit: string) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  let newest: Promise<string> | undefined;
  const compare = async (commit: string): Promise<boolean> => {
    newest ??= gh(["api", `repos/{owner}/{repo}/git/ref/heads/${branch}`, "--jq", ".object.sha"]);
    const head = answerOf(commitText, JSON.stringify((await newest).trim()));
    if (commit === head) return true;
    try {
      const path = `repos/{owner}/{repo}/compare/${commit}...${head}?per_page=1`;
      const status = (await gh(["api", path, "--jq", ".status"])).trim();
      return status === "ahead" || status === "identical";
    } catch (error) {
      // They have no ancestor in common, or nobody has the commit any more.
      if (/HTTP 404/.test(reasonOf(error))) return false;
      throw error;
    }
  };
  return (commit) => {
    const merged = known.get(commit) ?? compare(commit);
    known.set(commit, merged);
    return merged;
  };
}

/** The records that an artifact holds: `<stack>/<time>-<digest>.json`, and nothing behind a link. */
function recordsIn(place: string): { stack: string; file: string }[] {
  const stacks = readdirSync(place, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const found = stacks.flatMap(({ name: stack }) =>
    readdirSync(join(place, stack), { withFileTypes: true })
      .filter((entry) => entry.isFile() && recordName.test(entry.name))
      .map(({ name: file }) => ({ stack, file })),
  );
  if (found.length > mostRecords) {
    throw new Failure("refused", `it has ${found.length} records, and the limit is ${mostRecords}`);
  }
  return found.sort((one, other) => (one.file < other.file ? -1 : 1));
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function answerOf<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> {
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) throw new Failure("refused", "GitHub's answer has an unknown form");
  return parsed.data;
}

/** The most that `gh` may print, in bytes. */
const maximumBytes = 16 * 1024 * 1024;

/** What `gh` needs of the environment: who asks, where, and through which proxy. */
const variables =
  /^(?:PATH|HOME|XDG_CONFIG_HOME|GH_[A-Z_]+|GITHUB_TOKEN|GITHUB_REPOSITORY|(?:https?|no)_proxy)$/i;

function runGh(cwd: string): Gh {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => variables.test(name)));
  return async (args) => {
    const child = new Child({
      label: "gh",
      launch: { command: "gh", args, cwd, env: { ...env, LC_ALL: "C" } },
      outputBytes: maximumBytes,
    });
    try {
      await child.success();
    } catch (error) {
      const isAbsent = error instanceof Failure && codeOf(error.cause) === "ENOENT";
      // What GitHub has is not known then, and nothing is wrong with it.
      throw new Failure(
        "refused",
        isAbsent
          ? "GitHub's gh is not installed: install it (https://cli.github.com), and log in with gh auth login"
          : reasonOf(error),
        { cause: error },
      );
    }
    return child.output;
  };
}
