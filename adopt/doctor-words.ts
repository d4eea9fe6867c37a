import { counted, printable } from "../lib/text.ts";
import type { VendorPlan } from "./live/index.ts";
import type { PlanLimit } from "./plan-limits.ts";
import type { Switch } from "./switches.ts";

/** What a host of the zone said, as far as it is shown. */
export interface ShownAnswer {
  readonly host: string;
  readonly serves: boolean | undefined;
  readonly why?: string;
}

/** What is switched on for a whole zone, and which hosts would not be reached any more. */
export function switchText(switches: readonly Switch[], answers: readonly ShownAnswer[]): string[] {
  if (switches.length === 0) return [];
  const open = answers.filter(({ serves }) => serves !== true);
  return [
    "Switched on for every host of the zone:",
    ...switches.map(({ declared, what }) => `  ${printable(declared.name)}: ${what}`),
    ...(answers.length === 0
      ? []
      : [
          `  ${counted(answers.length - open.length, "other host")} of the zone serve TLS, of ${answers.length}:`,
        ]),
    ...open.map(
      ({ host, serves, why = "" }) =>
        `    ${serves === false ? "✗" : "?"} ${printable(host)}${why === "" ? "" : `: ${printable(why)}`}`,
    ),
  ];
}

/** What a plan does not include. */
export function planLines(limits: readonly PlanLimit[], plans: readonly VendorPlan[]): string[] {
  const unknown = plans.filter(({ plan }) => plan === undefined);
  if (limits.length + unknown.length === 0) return [];
  return [
    "Plans:",
    ...limits.flatMap(({ vendor, of, plan, needs, features }) => [
      `  ${vendor}, ${printable(of)} has ${plan} and needs ${needs}, for:`,
      ...features.map((feature) => `    ${feature}`),
    ]),
    ...unknown.map(({ vendor, of }) => `  ${vendor}, ${printable(of)}: its plan is not known`),
  ];
}
