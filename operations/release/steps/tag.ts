import { Failure } from "../../../lib/failure.ts";
import type { StepRun } from "../step.ts";
import type { Parts } from "./parts.ts";

export const tagOf = (version: string): string => `v${version}`;

/**
 * GitHub publishes a release at the tag of its name where there is one, whatever commit the draft was made for.
 *
 * @throws {Failure} `failed`, for a tag at another commit
 */
export async function refuseOtherTag(
  repository: Pick<Parts["repository"], "tag">,
  { version, commit, signal }: Pick<StepRun, "version" | "commit" | "signal">,
): Promise<void> {
  const at = await repository.tag(tagOf(version), signal);
  if (at === undefined || at === commit) return;
  throw new Failure(
    "failed",
    `The tag ${tagOf(version)} is at ${at.slice(0, 12)}, and ${commit.slice(0, 12)} is to go live: release a new version`,
  );
}
