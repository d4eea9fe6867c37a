import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { ask, download, type GitHub } from "./github.ts";
import { formats, previewedStacks } from "./stacks.ts";
import { unzip } from "./zip.ts";

/** The files of a run's previews by name, such as `production.md`. Whoever opened the pull request wrote them. */
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

/** Bytes of the archive, and of one file in it. */
const archiveLimit = 16 * 1024 * 1024;
const limits = { entries: 100, fileBytes: 8 * 1024 * 1024 };

const expectedFiles = new Set(previewedStacks.flatMap(({ name }) => formats.map((end) => `${name}.${end}`)));

/** The name under which a run keeps the results of a pull request, or of a push. */
export function artifactName(pullRequest: number | "push"): string {
  return `previews-${pullRequest}`;
}

/**
 * Downloads the results that a run kept under a name; empty when it kept none.
 *
 * @throws {Failure} for an archive that is no ZIP file or beyond the limits
 */
export async function resultsOf(github: GitHub, run: number, name: string): Promise<Results> {
  const query = new URLSearchParams({ name, per_page: "100" });
  const { artifacts: found } = await ask(github, `/actions/runs/${run}/artifacts?${query}`, artifacts);
  // A run that was started again has one for each attempt: the newest counts.
  const newest = found
    .filter((artifact) => artifact.name === name && !artifact.expired)
    .toSorted((one, other) => other.id - one.id)[0];
  if (newest === undefined) return new Map();
  if (newest.size_in_bytes > archiveLimit) {
    throw new Failure("refused", `${name} has ${newest.size_in_bytes} bytes, more than ${archiveLimit}`);
  }
  const archive = await download(github, `/actions/artifacts/${newest.id}/zip`, archiveLimit);
  return unzip(archive, expectedFiles, limits);
}
