import { Failure } from "../../../lib/failure.ts";
import type { Step } from "../step.ts";
import { announcementSteps } from "./announcements.ts";
import { firstDaySteps } from "./first-day.ts";
import { freezeSteps } from "./freeze.ts";
import type { Parts } from "./parts.ts";
import { productionSteps } from "./production.ts";
import { stagingSteps } from "./staging.ts";

/**
 * The steps of a release, in the order of the settings.
 *
 * @throws {Failure} `refused`, for a name that no step has
 */
export function releaseSteps(parts: Parts): Step[] {
  const all = [
    ...freezeSteps(parts),
    ...stagingSteps(parts),
    ...productionSteps(parts),
    ...announcementSteps(parts),
    ...firstDaySteps(parts),
  ];
  const known = new Map([...all, ...(parts.steps ?? [])].map((step) => [step.name, step]));
  return parts.settings.rollout.steps.map((name) => {
    const step = known.get(name);
    if (step !== undefined) return step;
    throw new Failure("refused", `No step is called ${name}`);
  });
}
