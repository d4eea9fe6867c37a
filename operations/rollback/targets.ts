import type { StepRun } from "../release/step.ts";

/** What was chosen for a host. */
export function targetOf(
  run: Pick<StepRun, "noted">,
  host: string,
): { id: string; commit: string; from: string } {
  const note = run.noted("targets", "choose") ?? {};
  return {
    id: note[`${host}.id`] ?? "",
    commit: note[`${host}.commit`] ?? "",
    from: note[`${host}.from`] ?? "",
  };
}

export function short(commit: string | undefined): string {
  return commit === undefined || commit === "" ? "an unknown commit" : commit.slice(0, 12);
}
