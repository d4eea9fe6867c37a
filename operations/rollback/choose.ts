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
}

/**
 * The last good deployment of each host: the newest that has served, is older than the one that serves, and was not
 * rolled back itself. The same commit on every host comes before a newer one on some of them.
 *
 * @throws {Failure} `failed`, where a host has none
 */
export function chooseTargets(histories: readonly HostHistory[], { commit, bad }: Choice): Target[] {
  const candidates = histories.map((history) => ({
    ...history,
    possible: possibleOf(history, bad).filter(
      (each) => commit === undefined || sameCommit(each.commit, commit),
    ),
  }));
  const without = candidates.filter(({ possible }) => possible.length === 0);
  if (without.length > 0) {
    const names = without.map(({ host }) => host.name).join(" and ");
    const what =
      commit === undefined
        ? "no earlier deployment that has served"
        : `no deployment of ${commit} that has served`;
    throw new Failure("failed", `${names}: ${what}; deploy a good commit instead, or pass another --to`);
  }
  const [first] = candidates;
  const common = first?.possible.find(({ commit: each }) =>
    candidates.every(({ possible }) => each !== undefined && possible.some((other) => other.commit === each)),
  )?.commit;
  return candidates.flatMap(({ host, served, possible }) => {
    const to = possible.find((each) => common === undefined || each.commit === common);
    return to === undefined ? [] : [{ host: host.name, from: served, to }];
  });
}

function possibleOf({ served, deployments }: HostHistory, bad: readonly string[]): Deployment[] {
  return deployments
    .filter(
      (each) =>
        each.ready &&
        each.hasServed &&
        each.id !== served?.id &&
        each.commit !== served?.commit &&
        (served === undefined || each.createdAt < served.createdAt) &&
        !bad.some((commit) => sameCommit(each.commit, commit)),
    )
    .toSorted((one, other) => (one.createdAt > other.createdAt ? -1 : 1));
}
