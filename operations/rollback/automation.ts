import { sameCommit } from "../../lib/commit.ts";
import type { Deployment, Host } from "../hosts/host.ts";
import { holdsSuccessfully } from "../release/measurement.ts";
import type { Action, Step, StepRun } from "../release/step.ts";
import type { RollbackParts } from "./parts.ts";
import { plain } from "./plain.ts";
import { mayMiss, reached, short, targetOf } from "./targets.ts";

export function automation(parts: RollbackParts): Step {
  const { hosts } = parts;
  return {
    ...plain("automation", "What each host does by itself must be known, so that it can be restored.", 10),
    goesOnWithout: (run) => mayMiss(parts) && reached(hosts, run, "automation").length > 0,
    actions: hosts.map(
      (host): Action => ({
        name: host.name,
        does: `Reads what ${host.name} does by itself.`,
        reads: true,
        find: leftAlone(host, "targets"),
        async perform({ signal }) {
          const note = await host.automation(signal);
          return { summary: `${host.name}: ${shown(note)}`, note };
        },
      }),
    ),
    after: async () => holdsSuccessfully("Read"),
  };
}

/**
 * Before the rollback: a host that goes on deploying would undo it with the next push, and what it still builds would
 * serve as soon as it is ready.
 */
export function hold(parts: RollbackParts): Step {
  const { hosts } = parts;
  return {
    ...plain("hold", "No host may deploy by itself.", 10),
    goesOnWithout: (run) => mayMiss(parts) && reached(hosts, run, "hold").length > 0,
    actions: hosts.map(
      (host): Action => ({
        name: host.name,
        does: `Switches off what ${host.name} does by itself, and cancels what it still builds.`,
        find: leftAlone(host, "automation"),
        async perform(run) {
          await host.hold(run.signal);
          const coming = await comingBeside(host, run);
          await Promise.all(coming.map((each) => cancelled(host, each, run.signal)));
          const cancels = coming.map(({ id, commit }) => `; canceled ${id} of ${short(commit)}`).join("");
          return { summary: `${host.name} does nothing by itself${cancels}` };
        },
      }),
    ),
    after: async () => holdsSuccessfully("Nothing is deployed by itself"),
  };
}

/** Nothing is done to a host that did not answer in an earlier step. */
export function leftAlone(host: Host, until: Parameters<typeof reached>[2]): Action["find"] {
  return async (run) =>
    reached([host], run, until).length > 0
      ? { state: "not-done" }
      : { state: "done", done: { summary: `${host.name} did not answer before, and is left as it is` } };
}

/** Deployments that a host still builds, and that are not what it is to go back to. */
async function comingBeside(host: Host, run: Pick<StepRun, "noted" | "signal">): Promise<Deployment[]> {
  const { id, commit } = targetOf(run, host.name);
  return (await host.deployments(run.signal)).filter(
    (each) => each.pending && each.id !== id && !(commit !== "" && sameCommit(each.commit, commit)),
  );
}

/** A host that refuses must not keep anybody from going back: what it is told next comes behind that deployment. */
async function cancelled(host: Host, deployment: Deployment, signal: AbortSignal): Promise<void> {
  try {
    await host.cancel(deployment, signal);
  } catch {
    signal.throwIfAborted();
  }
}

export function restored({ hosts }: RollbackParts): Step {
  return {
    ...plain("restore", "Each host must do by itself what it did before the rollback.", 60),
    actions: hosts.map(
      (host): Action => ({
        name: host.name,
        does: `Lets ${host.name} do by itself what it did before.`,
        find: leftAlone(host, "automation"),
        async perform(run) {
          const before = run.noted("automation", host.name) ?? {};
          await host.restore(before, run.signal);
          return { summary: `${host.name}: ${shown(before)}` };
        },
      }),
    ),
    async after(run) {
      for (const host of reached(hosts, run, "automation")) {
        const before = run.noted("automation", host.name) ?? {};
        const now = await host.automation(run.signal);
        if (shown(now) !== shown(before)) {
          return { state: "failed", summary: `${host.name} has ${shown(now)}, and had ${shown(before)}` };
        }
      }
      return holdsSuccessfully("As before the rollback. Run the preview: it must show no difference");
    },
  };
}

function shown(note: Readonly<Record<string, string>>): string {
  return Object.entries(note)
    .map(([key, value]) => `${key} ${value}`)
    .sort()
    .join(", ");
}
