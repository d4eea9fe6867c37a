import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { ask, download, type GitHub } from "./github.ts";
import { formats, previewedStacks } from "./stacks.ts";
import { unzip } from "./zip.ts";

/** The files of a run's previews by name, such as `production.md`. The author of the pull request controls them. */
export type Results = ReadonlyMap<string, Buffer>;

const artifacts = z.object({
  artifacts: z.array(
    z.object({
      id: z.int().positive(),
      name: z.string(),
      size_in_bytes: z.int().nonnegative(),
      expired: z.boolean(),
    }),
  ),
});

/** Limits of the archive, in bytes, and of the files in it. */
const archiveLimit = 16 * 1024 * 1024;
const limits = { entries: 100, fileBytes: 8 * 1024 * 1024 };

const expectedFiles = new Set(previewedStacks.flatMap(({ name }) => formats.map((end) => `${name}.${end}`)));

/** The name of the artifact with the results of a pull request or of a push. */
export function artifactName(pullRequest: number | "push"): string {
  return `previews-${pullRequest}`;
}

/**
 * Downloads the results of a run by the name of their artifact.
 *
 * @returns nothing when the run has no such artifact
 * @throws {Failure} for an archive that is not a ZIP file or exceeds the limits
 */
export async function resultsOf(github: GitHub, run: number, name: string): Promise<Results> {
  const query = new URLSearchParams({ name, per_page: "100" });
  const { artifacts: found } = await ask(github, `/actions/runs/${run}/artifacts?${query}`, artifacts);
  // Each attempt of a run has one; the newest counts.
  const newest = found
    .filter((artifact) => artifact.name === name && !artifact.expired)
    .toSorted((one, other) => other.id - one.id)[0];
  if (newest === undefined) return new Map();
  if (newest.size_in_bytes > archiveLimit) {
    throw new Failure(
      "refused",
      `Artifact ${name} has ${newest.size_in_bytes} bytes; the limit is ${archiveLimit}`,
    );
  }
  const archive = await download(github, `/actions/artifacts/${newest.id}/zip`, archiveLimit);
  return unzip(archive, expectedFiles, limits);
}
