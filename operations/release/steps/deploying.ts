import type { RegisteredControl } from "../../../evidence/registered.ts";
import { sameCommit } from "../../../lib/commit.ts";
import type { Deployment, Host } from "../../hosts/host.ts";
import { type Measurement, measured, waiting } from "../measurement.ts";
import type { Action, Done, StepRun, Trace } from "../step.ts";
import { findingOf } from "./finding.ts";

/** Builds the commit on a host and lets it serve. */
export function deploying(host: Host): Action {
  return {
    name: host.name,
    does: `Deploys the commit on ${host.name}, for ${host.domains.join(" and ")}.`,
    find: (run) => servingOf(host, run),
    async perform({ commit, signal }, key) {
      const before = await host.served(signal);
      const deployment = await host.deploy(commit, { serve: true, key }, signal);
      return noteOf(host, deployment, before);
    },
  };
}

/** Builds the commit on a host that can do so without serving it. */
export function building(host: Host): Action {
  return {
    name: host.name,
    does: `Builds the commit on ${host.name}, which serves nobody yet.`,
    find: (run) => deploymentOf(host, run),
    async perform({ commit, signal }, key) {
      return noteOf(host, await host.deploy(commit, { serve: false, key }, signal), undefined);
    },
  };
}

/** Lets the domains of a host serve what was built. */
export function promoting(host: Host): Action {
  return {
    name: host.name,
    does: `Lets ${host.domains.join(" and ")} serve the deployment on ${host.name}.`,
    async find({ commit, signal }) {
      const served = await host.served(signal);
      return sameCommit(served?.commit, commit) && served !== undefined
        ? { state: "done", done: noteOf(host, served, undefined) }
        : { state: "not-done" };
    },
    async perform(run, key) {
      const before = await host.served(run.signal);
      const id = run.noted("production-build", host.name)?.deployment;
      const deployment = (await host.deployments(run.signal)).find((each) =>
        // Where the settings have no step that builds, what somebody else built is let serve.
        id === undefined ? each.ready && sameCommit(each.commit, run.commit) : each.id === id,
      );
      if (deployment === undefined) {
        throw new Error(
          `${host.name} lists no deployment ${id ?? `of ${run.commit.slice(0, 12)} that is ready`}`,
        );
      }
      await host.promote(deployment, key, run.signal);
      return noteOf(host, deployment, before);
    },
  };
}

/**
 * What serves the commit, or is about to. A deployment that served once and does no longer, as after a rollback, will
 * not serve again by itself.
 */
async function servingOf(host: Host, { commit, signal }: StepRun): Promise<Trace> {
  const served = await host.served(signal);
  const own = (await host.deployments(signal)).filter((each) => sameCommit(each.commit, commit));
  const isComing = (each: Deployment): boolean =>
    each.pending ||
    (each.ready && !each.hasServed && (served === undefined || each.createdAt > served.createdAt));
  const found = served !== undefined && sameCommit(served.commit, commit) ? served : own.find(isComing);
  return found === undefined
    ? { state: "not-done" }
    : { state: "done", done: noteOf(host, found, undefined) };
}

async function deploymentOf(host: Host, { commit, signal }: StepRun): Promise<Trace> {
  const found = (await host.deployments(signal)).find(
    (each) => sameCommit(each.commit, commit) && (each.ready || each.pending),
  );
  return found === undefined
    ? { state: "not-done" }
    : { state: "done", done: noteOf(host, found, undefined) };
}

function noteOf({ name }: Host, { id, url }: Deployment, before: Deployment | undefined): Done {
  return {
    summary: `${name} has the deployment ${id}`,
    note: {
      deployment: id,
      ...(url !== undefined && { url }),
      ...(before !== undefined && { previous: before.id, previousAt: before.createdAt }),
      ...(before?.commit !== undefined && { previousCommit: before.commit }),
    },
  };
}

/** Whether every host serves the commit; a deployment that failed is a fact, one that builds takes time. */
export async function servedEverywhere(
  hosts: readonly Host[],
  { commit, signal, now }: StepRun,
  control: RegisteredControl,
): Promise<Measurement> {
  const found = await Promise.all(
    hosts.map(async (host) => {
      const served = await host.served(signal);
      if (served !== undefined && sameCommit(served.commit, commit))
        return { host, state: "served" } as const;
      // Of several attempts the last one counts, in whatever order the host lists them.
      const [own] = (await host.deployments(signal))
        .filter((each) => sameCommit(each.commit, commit))
        .toSorted((one, other) => (one.createdAt > other.createdAt ? -1 : 1));
      return { host, state: own !== undefined && !own.ready && !own.pending ? "failed" : "coming" } as const;
    }),
  );
  const short = commit.slice(0, 12);
  const failed = found.filter(({ state }) => state === "failed").map(({ host }) => host.name);
  if (failed.length > 0) {
    const summary = `The deployment of ${short} failed on ${failed.join(" and ")}`;
    return measured(summary, [findingOf(control, false, summary)]);
  }
  const coming = found.filter(({ state }) => state === "coming").map(({ host }) => host.name);
  if (coming.length > 0) return waiting(now, `${coming.join(" and ")} do not serve ${short} yet`, 10_000);
  const summary = `${hosts.map(({ name }) => name).join(" and ")} serve ${short}`;
  return measured(summary, [findingOf(control, true, summary)]);
}
