import { sameCommit } from "../../lib/commit.ts";
import type { Deployment, Host } from "../hosts/host.ts";
import { holdsSuccessfully } from "../release/measurement.ts";
import type { Action, Step, StepRun } from "../release/step.ts";
import type { RollbackParts } from "./parts.ts";
import { plain } from "./plain.ts";
import { short, targetOf } from "./targets.ts";

export function automation({ hosts }: RollbackParts): Step {
  return {
    ...plain("automation", "What each host does by itself must be known, so that it can be restored.", 10),
    actions: hosts.map(
      (host): Action => ({
        name: host.name,
        does: `Reads what ${host.name} does by itself.`,
        reads: true,
        find: async () => ({ state: "not-done" }),
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
export function hold({ hosts }: RollbackParts): Step {
  return {
    ...plain("hold", "No host may deploy by itself.", 10),
    actions: hosts.map(
      (host): Action => ({
        name: host.name,
        does: `Switches off what ${host.name} does by itself, and cancels what it still builds.`,
        find: async () => ({ state: "not-done" }),
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
        find: async () => ({ state: "not-done" }),
        async perform(run) {
          const before = run.noted("automation", host.name) ?? {};
          await host.restore(before, run.signal);
          return { summary: `${host.name}: ${shown(before)}` };
        },
      }),
    ),
    async after(run) {
      for (const host of hosts) {
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
