import type { Host } from "../hosts/host.ts";
import type { Outcome } from "../release/options.ts";
import type { StepRun } from "../release/step.ts";
import { reached, short, targetOf } from "./targets.ts";

type Noted = Pick<StepRun, "noted">;

/** The journal of what a rollback could not reach. It is begun anew, so that nothing of the first is done again. */
export function restName(name: string): string {
  return `${name}-rest`;
}

/**
 * The hosts that a journal is about, of those that are asked for: those that answered when it began, or all where it
 * chose nothing yet.
 */
export function coveredBy<T extends Pick<Host, "name">>(hosts: readonly T[], run: Noted): T[] {
  return run.noted("targets", "choose") === undefined ? [...hosts] : reached(hosts, run, "targets");
}

/** What went back, as the rest of the hosts have to know it. */
export function besideOf(hosts: readonly Host[], run: Noted): string | undefined {
  return reached(hosts, run, "roll-back")
    .map(({ name }) => targetOf(run, name).commit)
    .find((commit) => commit !== "");
}

/** How a rollback ends that could not reach each host: nobody can tell what those do. */
export function endOfPart(
  { hosts, left, after = [] }: { hosts: readonly Host[]; left: readonly Host[]; after?: readonly string[] },
  run: Noted,
  rest: Outcome | undefined,
): Outcome {
  const back = reached(hosts, run, "roll-back").map(
    ({ name }) => `${name} serves ${short(targetOf(run, name).commit)} again`,
  );
  const beside = besideOf(hosts, run);
  const byHand = left.map((host) => {
    const { id, commit } = targetOf(run, host.name);
    const to = commit === "" ? beside : commit;
    const which =
      id !== ""
        ? `deployment ${id} of ${short(to)}`
        : to === undefined
          ? "last good deployment"
          : `deployment of ${short(to)}`;
    return `${host.name} is not rolled back (${host.domains.join(" and ")}): ${host.byHand.replace("{deployment}", which)}`;
  });
  const why = rest === undefined || rest.state === "done" ? [] : [`The last attempt: ${rest.summary}`];
  const summary = [
    ...back,
    ...byHand,
    ...after,
    ...why,
    "The same command again does only what is left",
  ].join(". ");
  return { state: rest?.state === "stopped" ? "stopped" : "unclear", step: "roll-back", summary };
}
