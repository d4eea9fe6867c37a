import { createHash } from "node:crypto";
import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { VendorProblem } from "../vendors/problem.ts";
import { inRepository, type Repository } from "./repository.ts";
import { claimFile, previewedStacks } from "./stacks.ts";
import { unzip } from "./zip.ts";

/** The files of a run's previews by name, such as `production.json`. The author of the pull request controls them. */
export type Files = ReadonlyMap<string, Buffer>;

/** What a run left. */
export type Results =
  | { readonly kind: "files"; readonly files: Files }
  | { readonly kind: "none" }
  | { readonly kind: "expired" }
  /** There is something, and it cannot be used. */
  | { readonly kind: "unreadable"; readonly reason: Failure };

const artifacts = z.object({
  artifacts: z.array(
    z.object({
      id: z.int().positive(),
      name: z.string(),
      size_in_bytes: z.int().nonnegative(),
      expired: z.boolean(),
      digest: z.string().max(200).nullish(),
    }),
  ),
});

/** Something that a run kept, as GitHub lists it. */
export type Artifact = z.infer<typeof artifacts>["artifacts"][number];

/** Limits of the archive, in bytes, and of the files in it. */
const archiveLimit = 16 * 1024 * 1024;
const limits = { entries: 100, fileBytes: 8 * 1024 * 1024 };

const expectedFiles = new Set([claimFile, ...previewedStacks.map(({ name }) => `${name}.json`)]);

/** The name of the artifact with the results of a pull request or of a push. */
export function artifactName(pullRequest: number | "push"): string {
  return `previews-${pullRequest}`;
}

/** Whether an artifact has the results of some pull request. */
export function isOfPullRequest({ name }: Artifact): boolean {
  return /^previews-\d+$/.test(name);
}

/** What a run kept; a run has few of these, and the first hundred are looked at. */
export async function artifactsOf({ api, ...repository }: Repository, run: number): Promise<Artifact[]> {
  const answer = await api.ask({
    path: inRepository(repository, `/actions/runs/${run}/artifacts`),
    query: { per_page: 100 },
    right: "read the artifacts of a run",
    schema: artifacts,
  });
  return answer.artifacts;
}

/** Downloads the results among what a run kept, by the name of their artifact. */
export async function resultsIn(
  { api, ...repository }: Repository,
  kept: readonly Artifact[],
  name: string,
): Promise<Results> {
  const named = kept.filter((artifact) => artifact.name === name);
  // Each attempt of a run has one; the newest counts.
  const newest = named.toSorted((one, other) => other.id - one.id)[0];
  if (newest === undefined) return { kind: "none" };
  if (newest.expired) return { kind: "expired" };
  try {
    if (newest.size_in_bytes > archiveLimit) {
      throw new Failure(
        "refused",
        `Artifact ${name} has ${newest.size_in_bytes} bytes; the limit is ${archiveLimit}`,
      );
    }
    const path = inRepository(repository, `/actions/artifacts/${newest.id}/zip`);
    const archive = await api.download(path, "read artifacts", archiveLimit);
    checkDigest(archive, newest);
    return { kind: "files", files: unzip(archive, expectedFiles, limits) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // GitHub answers 410 once the time to keep it is over.
    const isGone = error instanceof VendorProblem && (error.status === 410 || error.reason === "not-found");
    return isGone ? { kind: "expired" } : { kind: "unreadable", reason: error };
  }
}

function checkDigest(archive: Buffer, { name, digest }: Artifact): void {
  const [, stated] = /^sha256:([0-9a-f]{64})$/.exec(digest ?? "") ?? [];
  if (stated === undefined || createHash("sha256").update(archive).digest("hex") === stated) return;
  throw new Failure("refused", `Artifact ${name} is not what GitHub has the digest of; download it again`);
}
