import { items as checklist, type ItemId } from "../../../checklist/items.ts";
import { holdsSuccessfully, waiting } from "../measurement.ts";
import type { Step } from "../step.ts";
import { ofProbes } from "./finding.ts";
import type { Parts } from "./parts.ts";

const hourMs = 3_600_000;

/** The first 24 hours, and the decision at their end. */
export function firstDaySteps(parts: Parts): Step[] {
  return [watch(parts, 1), watch(parts, 6), watch(parts, 24), finish(parts)];
}

/** The items of an hour that something measures. */
function itemsOf(hour: number): ItemId[] {
  return checklist
    .filter(({ id, controls }) => id.startsWith(`H${hour}.`) && controls.some((kind) => kind === "probe"))
    .map(({ id }) => id);
}

function watch({ production, settings }: Parts, hour: number): Step {
  const items = itemsOf(hour);
  return {
    name: `watch-${hour}`,
    title: `Hour ${hour} after the deployment must be as good as it has to be.`,
    items,
    controls: [],
    approver: "devops",
    limitMinutes: hour * 60 + 180,
    back: "optropic rollback",
    async after({ commit, signal, now, begunAt, endedAt }) {
      const due = new Date((endedAt("production-promote") ?? begunAt).getTime() + hour * hourMs);
      if (now < due) return { state: "waiting", summary: `Hour ${hour} has not come`, until: due };
      const request = { commit, release: settings.release, only: items };
      return ofProbes(await production.verifier.verify(request, signal));
    },
  };
}

function finish({ decisions, stack }: Parts): Step {
  return {
    name: "finish",
    title: "Every item of the checklist must hold.",
    items: ["OK.1", "H24.5"],
    controls: [],
    approver: "technicalLead",
    limitMinutes: 3 * 1440,
    back: "optropic rollback",
    async after({ commit, signal, now }) {
      const { go, items } = await decisions.decide({ phase: "after", commit }, signal);
      if (go) return holdsSuccessfully("Go: every item of the checklist holds");
      const blocking = items.filter(({ blocks }) => blocks);
      const unmet = blocking.filter(({ verdict }) => verdict === "does-not-hold");
      const list = (unmet.length > 0 ? unmet : blocking).map(({ id }) => id).slice(0, 12);
      const summary = `No-go: ${list.join(", ")}; see npx optropic report --stack ${stack} --phase after`;
      return unmet.length > 0 ? { state: "failed", summary } : waiting(now, summary, 15 * 60_000);
    },
  };
}
