import { sameCommit } from "../../lib/commit.ts";
import { Failure } from "../../lib/failure.ts";
import type { Deployment, Host } from "../hosts/host.ts";

/** What one host serves, and what it could serve instead. */
export interface HostHistory {
  host: Pick<Host, "name">;
  served: Deployment | undefined;
  deployments: readonly Deployment[];
}

export interface Target {
  host: string;
  from: Deployment | undefined;
  to: Deployment;
}

export interface Choice {
  /** Undefined takes the last good one. */
  commit?: string | undefined;
  /** Commits that were rolled back before: they served, and are not good. */
  bad: readonly string[];
  /** The commit that a release is bringing out, where it has begun to; undefined leaves it to what the hosts serve. */
  leaving?: string | undefined;
  /** The commit that other hosts went back to already: taken where the host has it. */
  beside?: string | undefined;
}

/**
 * The last good deployment of each host: the newest that has served, is older than the one that serves, and was not
 * rolled back itself. The same commit on every host comes before a newer one on some of them. A host that does not
 * serve what is to be left, since its part of the release failed or is still building, may stay where it is.
 *
 * @throws {Failure} `failed`, where a host has none
 */
export function chooseTargets(histories: readonly HostHistory[], choice: Choice): Target[] {
  const { commit } = choice;
  const left = choice.leaving ?? newestServed(histories);
  const candidates = histories.map((history) => ({
    ...history,
    possible: commit === undefined ? earlierOf(history, choice.bad, left) : namedIn(history, commit),
  }));
  const without = candidates.filter(({ possible }) => possible.length === 0);
  if (without.length > 0) {
    const names = without.map(({ host }) => host.name).join(" and ");
    const what =
      commit === undefined
        ? "no earlier deployment that has served"
        : `no deployment of ${commit} that has served`;
    throw new Failure(
      "failed",
      `${names}: ${what}; deploy a good commit instead, pass another --to, or go back with the others alone: --only HOST`,
    );
  }
  const [first] = candidates;
  const common =
    choice.beside ??
    first?.possible.find(({ commit: each }) =>
      candidates.every(
        ({ possible }) => each !== undefined && possible.some((other) => other.commit === each),
      ),
    )?.commit;
  return candidates.flatMap(({ host, served, possible }) => {
    const [newest] = possible;
    const to = possible.find((each) => common !== undefined && sameCommit(each.commit, common)) ?? newest;
    return to === undefined ? [] : [{ host: host.name, from: served, to }];
  });
}

/** Of several commits that are served, the one whose deployment is the newest is what came last. */
function newestServed(histories: readonly HostHistory[]): string | undefined {
  return histories
    .flatMap(({ served }) => served ?? [])
    .toSorted((one, other) => (one.createdAt > other.createdAt ? -1 : 1))[0]?.commit;
}

/** What has served well before; where the host does not serve what is left, what it serves is among them. */
function earlierOf(
  { served, deployments }: HostHistory,
  bad: readonly string[],
  left: string | undefined,
): Deployment[] {
  const stays = served?.commit !== undefined && left !== undefined && !sameCommit(served.commit, left);
  return newestFirst(deployments, served).filter((each) => {
    if (!each.ready || !each.hasServed) return false;
    if (bad.some((commit) => sameCommit(each.commit, commit))) return false;
    if (stays && sameCommit(each.commit, left)) return false;
    if (stays && each.id === served.id) return true;
    return (
      each.id !== served?.id &&
      each.commit !== served?.commit &&
      (served === undefined || each.createdAt < served.createdAt)
    );
  });
}

/** A person who names a commit may also go forward again, to what was rolled back too far. */
function namedIn({ served, deployments }: HostHistory, commit: string): Deployment[] {
  const named = newestFirst(deployments, served).filter(
    (each) => each.ready && each.hasServed && sameCommit(each.commit, commit),
  );
  // What serves already stays: there is nothing to do.
  return named.toSorted((one, other) => Number(other.id === served?.id) - Number(one.id === served?.id));
}

/** A host lists only so many; what it serves belongs to them. */
function newestFirst(deployments: readonly Deployment[], served: Deployment | undefined): Deployment[] {
  const isListed = served === undefined || deployments.some(({ id }) => id === served.id);
  return [...deployments, ...(isListed ? [] : [served])].toSorted((one, other) =>
    one.createdAt > other.createdAt ? -1 : 1,
  );
}
