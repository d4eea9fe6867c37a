import { gzipSync } from "node:zlib";
import * as z from "zod";
import packageJson from "../package.json" with { type: "json" };
import { sarifOf } from "../preview/report/sarif.ts";
import { claimIn } from "./claim.ts";
import { Findings } from "./finding.ts";
import { concernedBy } from "./open.ts";
import { inRepository, type Repository } from "./repository.ts";
import { artifactName, artifactsOf, resultsIn } from "./results.ts";
import { dayOf, isSameRepository, type WorkflowRun } from "./run.ts";
import { runsOf } from "./runs.ts";
import { type StackResult, stackResult } from "./stack-result.ts";
import { previewedStacks } from "./stacks.ts";
import type { Wake } from "./wake.ts";

const receipt = z.object({ id: z.string() });

/** Where an analysis belongs: to the head of a pull request, or to a branch. */
interface Place {
  readonly commit: string;
  readonly ref: string;
}

/**
 * Uploads what a run found to code scanning: for the head of each pull request that an event concerns, by its newest
 * run, or after a push to the default branch, which GitHub compares pull requests with. The SARIF is made here from
 * the results that are judged, so none is a stranger's, and what was not judged closes no alert.
 *
 * @returns what was done, in words
 * @throws {Failure} when GitHub refuses it, or the results are unreadable
 */
export async function uploadSarif(repository: Repository, wake: Wake): Promise<string> {
  const { run } = wake;
  if (run?.event === "push") return await uploadPush(repository, wake, run);
  const pulls = await concernedBy(repository, wake);
  const findings = new Findings(repository);
  const done: string[] = [];
  for (const pull of pulls) {
    const runs = await runsOf(repository, pull, run === undefined ? [] : [run]);
    const { judgment, stacks, unreadable } = await findings.of(pull, runs, pulls);
    if (unreadable !== undefined) throw unreadable;
    const isJudged = judgment.verdict === "holds" || judgment.verdict === "refused";
    const place = { commit: pull.head.sha, ref: `refs/pull/${pull.number}/head` };
    if (isJudged) done.push(...(await upload(repository, place, stacks)));
  }
  return done.length === 0 ? "No open pull request has a verdict to upload." : done.join("\n");
}

async function uploadPush(
  repository: Repository,
  { repository: { default_branch: main, ...own } }: Wake,
  run: WorkflowRun,
): Promise<string> {
  const nothing = `Run ${run.id} is not of the default branch, or did not end with success or failure; nothing to upload.`;
  if (run.head_branch !== main || !isSameRepository(run.head_repository, own)) return nothing;
  if (run.conclusion !== "success" && run.conclusion !== "failure") return nothing;
  const name = artifactName("push");
  const results = await resultsIn(repository, await artifactsOf(repository, run.id), name);
  if (results.kind === "unreadable") throw results.reason;
  if (results.kind !== "files") return `Run ${run.id} kept no results; nothing to upload.`;
  const claim = claimIn(results.files);
  if (claim?.run !== run.id || claim.head !== run.head_sha || claim.pullRequest !== null) {
    return `The results of run ${run.id} do not say that they are its own; nothing to upload.`;
  }
  const stacks = previewedStacks.map((stack) => stackResult(results.files, stack, dayOf(run)));
  const place = { commit: run.head_sha, ref: `refs/heads/${main}` };
  const done = await upload(repository, place, stacks);
  return done.length === 0 ? `Run ${run.id} judged no stack; nothing to upload.` : done.join("\n");
}

/** Each analysis has a category of its own: GitHub keeps only one for each tool and category. */
async function upload(
  { api, ...repository }: Repository,
  { commit, ref }: Place,
  stacks: readonly StackResult[],
): Promise<string[]> {
  const done: string[] = [];
  for (const [index, { name }] of previewedStacks.entries()) {
    const result = stacks[index];
    if (result?.kind !== "holds" && result?.kind !== "refused") continue;
    const { document } = result;
    const category = `optropic-${name}`;
    const sarif = sarifOf(
      {
        tool: { name: packageJson.name, version: packageJson.version },
        ...{ project: document.project, stack: document.stack, result: { document } },
      },
      category,
    );
    await api.ask({
      method: "POST",
      path: inRepository(repository, "/code-scanning/sarifs"),
      body: { commit_sha: commit, ref, sarif: gzipSync(JSON.stringify(sarif)).toString("base64") },
      right: "upload to code scanning",
      schema: receipt,
      // The same analysis again takes the place of the first.
      repeatable: true,
    });
    done.push(`Uploaded ${category} for ${ref}.`);
  }
  return done;
}
