import { gzipSync } from "node:zlib";
import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { parseJson } from "../lib/json.ts";
import { pullRequestsOf } from "./open.ts";
import { inRepository, type Repository } from "./repository.ts";
import { artifactName, type Files, resultsOf } from "./results.ts";
import { isSameRepository, type RunEvent } from "./run.ts";
import { previewedStacks } from "./stacks.ts";

/** The parts of a SARIF file that are read or changed; GitHub validates the rest. */
const sarifFile = z.looseObject({
  version: z.literal("2.1.0"),
  runs: z
    .array(z.looseObject({ tool: z.looseObject({ driver: z.looseObject({ name: z.literal("optropic") }) }) }))
    .length(1),
});
const receipt = z.object({ id: z.string() });

/**
 * Uploads the SARIF of a run to code scanning: to the head of its pull request, or after a push to the default
 * branch, which GitHub compares pull requests with.
 *
 * @returns what was done, in words
 * @throws {Failure} when GitHub refuses it or the run's artifact is invalid
 */
export async function uploadSarif(repository: Repository, event: RunEvent): Promise<string> {
  const { id: run, head_sha: commit, conclusion } = event.workflow_run;
  if (conclusion !== "success" && conclusion !== "failure")
    return `Run ${run} did not end with success or failure; nothing to upload.`;
  const places = await placesOf(repository, event);
  if (places.length === 0) return `No open pull request is at ${commit} any more; nothing to upload.`;
  const done: string[] = [];
  for (const { artifact, ref } of places) {
    const results = await resultsOf(repository, run, artifact);
    if (results.kind === "unreadable") throw results.reason;
    if (results.kind !== "files") continue;
    for (const { category, sarif } of analysesOf(results.files)) {
      await repository.api.ask({
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
  }
  return done.length === 0 ? `Run ${run} has no SARIF.` : done.join("\n");
}

interface Place {
  readonly artifact: string;
  readonly ref: string;
}

async function placesOf(repository: Repository, event: RunEvent): Promise<Place[]> {
  const { event: cause, head_branch: branch, head_repository: head } = event.workflow_run;
  const { default_branch: main } = event.repository;
  if (cause === "push" && branch === main && isSameRepository(head, event.repository)) {
    return [{ artifact: artifactName("push"), ref: `refs/heads/${main}` }];
  }
  const pulls = await pullRequestsOf(repository, event);
  return pulls.map(({ number }) => ({ artifact: artifactName(number), ref: `refs/pull/${number}/head` }));
}

/** The analyses, each in its own category: GitHub keeps only one for each tool and category. */
function analysesOf(files: Files): { category: string; sarif: unknown }[] {
  return previewedStacks.flatMap(({ name }) => {
    const file = files.get(`${name}.sarif`);
    if (file === undefined) return [];
    const category = `optropic-${name}`;
    const sarif = readSarif(`${name}.sarif`, file);
    const runs = sarif.runs.map((run) => ({ ...run, automationDetails: { id: `${category}/` } }));
    return [{ category, sarif: { ...sarif, runs } }];
  });
}

function readSarif(name: string, file: Buffer): z.infer<typeof sarifFile> {
  const value = parseJson(file.toString("utf8"));
  if (value === undefined) throw new Failure("refused", `${name} is not JSON`);
  const sarif = sarifFile.safeParse(value);
  if (!sarif.success)
    throw new Failure("refused", `${name} is not a SARIF 2.1.0 file with one run of optropic`);
  return sarif.data;
}
