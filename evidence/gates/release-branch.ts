import { counted } from "../../lib/text.ts";
import type { Gate, GateFinding, Repository } from "./gate.ts";

/** Item S1.1: the release has a branch of its own. */
export const releaseBranch: Gate = {
  kind: "gate",
  name: "release-branch",
  title: "The release must have a branch of its own.",
  items: ["S1.1"],
  fix: "Create the branch release/vVERSION, with the version of the setting release, from main and push it. Where it is on the server, fetch it.",
  async check(repository) {
    const branch = `release/v${repository.facts.release}`;
    const refs = await refsOf(repository);
    if (refs === undefined) return noHistory;
    const found = refs.find((ref) => ref === `refs/heads/${branch}` || isRemote(ref, branch));
    return found === undefined
      ? { state: "does-not-hold", summary: `There is no branch ${branch}` }
      : { state: "holds", summary: `${branch} is there` };
  },
};

/** Item S1.2: the release has nothing that the main branch lacks. */
export const releaseMerged: Gate = {
  kind: "gate",
  name: "release-merged",
  title: "Every commit of the release must be on the main branch.",
  items: ["S1.2"],
  fix: "Merge the release's commits into the main branch, and fetch it.",
  async check(repository) {
    const refs = await refsOf(repository);
    if (refs === undefined) return noHistory;
    const main = mainNames
      .flatMap((name) => [
        // Where others have their remotes beside it, this is the one that was cloned.
        `refs/remotes/origin/${name}`,
        ...refs.filter((ref) => isRemote(ref, name)),
        `refs/heads/${name}`,
      ])
      .find((ref) => refs.includes(ref));
    if (main === undefined)
      return { state: "unknown", summary: "There is neither main nor master: fetch the main branch" };
    const count = await repository.git(["rev-list", "--count", `${main}..HEAD`, "--"]);
    if (count === undefined) return { state: "unknown", summary: "Git cannot compare with the main branch" };
    const short = main.replace(/^refs\/(?:heads|remotes)\//, "");
    return count === "0"
      ? { state: "holds", summary: `${short} has every commit of the release` }
      : {
          state: "does-not-hold",
          summary: `${short} lacks ${counted(Number(count), "commit")} of the release`,
        };
  },
};

const mainNames = ["main", "master"];

const noHistory: GateFinding = {
  state: "unknown",
  summary: "The branches are not here: fetch them, with the history, into a work tree of Git",
};

/** Every branch, local or fetched; undefined without Git and in a shallow clone, which has one branch only. */
async function refsOf({ git }: Repository): Promise<string[] | undefined> {
  if ((await git(["rev-parse", "--is-shallow-repository"])) !== "false") return undefined;
  const text = await git(["for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes"]);
  return text?.split("\n").filter((ref) => ref !== "");
}

/** `refs/remotes/origin/release/v3.0.0`: the name of the remote has no slash. */
function isRemote(ref: string, branch: string): boolean {
  return ref.replace(/^refs\/remotes\/[^/]+\//, "") === branch && ref.startsWith("refs/remotes/");
}
