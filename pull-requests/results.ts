import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { VendorProblem } from "../vendors/problem.ts";
import { inRepository, type Repository } from "./repository.ts";
import { formats, previewedStacks } from "./stacks.ts";
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
  artifacts: z
    .array(
      z.object({
        id: z.int().positive(),
        name: z.string(),
        size_in_bytes: z.int().nonnegative(),
        expired: z.boolean(),
      }),
    )
    .max(100),
});

/** Limits of the archive, in bytes, and of the files in it. */
const archiveLimit = 16 * 1024 * 1024;
const limits = { entries: 100, fileBytes: 8 * 1024 * 1024 };

const expectedFiles = new Set(previewedStacks.flatMap(({ name }) => formats.map((end) => `${name}.${end}`)));

/** The name of the artifact with the results of a pull request or of a push. */
export function artifactName(pullRequest: number | "push"): string {
  return `previews-${pullRequest}`;
}

/** Downloads the results of a run by the name of their artifact. */
export async function resultsOf(
  { api, ...repository }: Repository,
  run: number,
  name: string,
): Promise<Results> {
  const { artifacts: found } = await api.ask({
    path: inRepository(repository, `/actions/runs/${run}/artifacts`),
    query: { name, per_page: 100 },
    right: "read the artifacts of a run",
    schema: artifacts,
  });
  const named = found.filter((artifact) => artifact.name === name);
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
    return { kind: "files", files: unzip(archive, expectedFiles, limits) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (!(error instanceof VendorProblem)) return { kind: "unreadable", reason: error };
    // GitHub answers 410 once the time to keep it is over; nobody's fault but the file's is its size.
    if (error.status === 410 || error.reason === "not-found") return { kind: "expired" };
    if (error.reason === "too-large") return { kind: "unreadable", reason: error };
    throw error;
  }
}
