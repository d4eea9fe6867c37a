import { items as checklist, type ItemId } from "../../../checklist/items.ts";
import { hours as watchHours } from "../../watch/criteria.ts";
import { holdsSuccessfully, type Measurement, waiting } from "../measurement.ts";
import type { Step, StepRun } from "../step.ts";
import { alarmsOf } from "./announcements.ts";
import { ofProbes } from "./finding.ts";
import type { Parts } from "./parts.ts";
import { controlsOf, DayWatch } from "./watching.ts";

const hourMs = 3_600_000;

/** The first 24 hours, and the decision at their end. */
export function firstDaySteps(parts: Parts): Step[] {
  return [...watchHours.map((hour) => watch(parts, hour)), finish(parts)];
}

/** The items of an hour that something measures. */
function itemsOf(hour: number): ItemId[] {
  return checklist
    .filter(({ id, controls }) => id.startsWith(`H${hour}.`) && controls.some((kind) => kind === "probe"))
    .map(({ id }) => id);
}

function watch(parts: Parts, hour: (typeof watchHours)[number]): Step {
  const { production, settings } = parts;
  const items = itemsOf(hour);
  const name = `watch-${hour}`;
  const title = `Hour ${hour} after the deployment must be as good as it has to be.`;
  return {
    name,
    title,
    items,
    controls: controlsOf(settings, hour),
    recordsAs: "watch",
    approver: "devops",
    limitMinutes: hour * 60 + 180,
    back: "optropic rollback",
    rollsBack: true,
    alarms: alarmsOf(parts, name, title),
    async after(run) {
      const since = wentLive(run);
      const due = new Date(since.getTime() + hour * hourMs);
      const day = new DayWatch({ settings, metrics: production.metrics, since, before: before(run), hour });
      if (run.now < due) return day.lookBetween(run.now, due);
      const watched = await day.judge(run.now);
      if (watched.state === "failed") return watched;
      const request = { commit: run.commit, release: settings.release, only: items };
      const probes = await production.verifier.verify(request, run.signal);
      // Of the last hour the metrics alone tell.
      return probes.length === 0 ? watched : worse(watched, ofProbes(probes));
    },
  };
}

/** When people were first served by the release; where others deployed it, when the release was begun. */
function wentLive({ endedAt, openedAt }: StepRun): Date {
  return endedAt("production-promote") ?? openedAt;
}

/** When the release before went live, as far as the hosts say. */
function before(run: StepRun): Date | undefined {
  const at = run.noted("production-promote")?.previousAt;
  return at === undefined ? undefined : new Date(at);
}

/** The findings of the one, and the state of whichever is worse. */
function worse(watched: Measurement, probed: Measurement): Measurement {
  const order = ["failed", "error", "inconclusive", "waiting", "successful"] as const;
  const isProbe = order.indexOf(probed.state) < order.indexOf(watched.state);
  const { findings = [] } = watched;
  if (probed.state === "successful" && watched.state === "successful") {
    return { state: "successful", summary: `${watched.summary}; ${probed.summary}`, findings };
  }
  return { ...(isProbe ? probed : watched), findings };
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
