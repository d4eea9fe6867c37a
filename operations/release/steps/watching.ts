import type { Settings } from "../../../config/settings.ts";
import type { RegisteredControl } from "../../../evidence/registered.ts";
import { counted } from "../../../lib/text.ts";
import { watchControls } from "../../watch/controls.ts";
import { type Criterion, criteriaOf, type Hour } from "../../watch/criteria.ts";
import { findingOfBaselines, findingOfWatched } from "../../watch/findings.ts";
import { type Metrics, type Watched, type WatchResult, watch, watchLately } from "../../watch/watch.ts";
import { type Finding, type Measurement, measured } from "../measurement.ts";

/** The controls that the step of an hour records: those of the hours before count from then on as well. */
export function controlsOf(settings: Settings, hour: Hour): RegisteredControl[] {
  const names = new Set(criteriaUntil(settings, hour).map(({ name }) => name));
  return watchControls.filter(({ name }) => names.has(name) || (hour === 24 && name === "watch-baselines"));
}

function criteriaUntil(settings: Settings, hour: Hour): Criterion[] {
  return criteriaOf(settings).filter((criterion) => criterion.hour <= hour);
}

export interface DayOptions {
  readonly settings: Settings;
  readonly metrics: Metrics;
  readonly since: Date;
  readonly before: Date | undefined;
  readonly hour: Hour;
}

/** The metrics of the day after a deployment, up to one of its hours. */
export class DayWatch {
  readonly #options: DayOptions;
  readonly #criteria: readonly Criterion[];

  constructor(options: DayOptions) {
    this.#options = options;
    this.#criteria = criteriaUntil(options.settings, options.hour);
  }

  /** Judges every hour that has come. */
  async judge(now: Date): Promise<Measurement> {
    const result = await watch({ ...this.#source, now });
    const watched = result.hours.flatMap((each) => each.watched);
    const { hour } = this.#options;
    return measured(`Hour ${hour}: ${counted(watched.length, "criterion", "criteria")} hold`, [
      ...watched.map(findingOfWatched),
      ...findingOfBaselines(result),
    ]);
  }

  /** Between the hours: what is broken now is not left until the next one. */
  async lookBetween(now: Date, due: Date): Promise<Measurement> {
    const { settings, hour } = this.#options;
    const pause = settings.rollout.lookMinutes * 60_000;
    const until = new Date(Math.min(due.getTime(), now.getTime() + pause));
    const looked = await watchLately({ ...this.#source, now });
    const broken = looked.filter(({ judgment }) => judgment.state === "does-not-hold");
    if (broken.length > 0) {
      const past = await watch({ ...this.#source, now });
      return { ...this.#broken(broken, past), until };
    }
    const silent = looked.filter(({ judgment }) => judgment.state === "unknown");
    if (looked.length > 0 && silent.length === looked.length) {
      const [first] = silent;
      return { state: "inconclusive", summary: `Nothing tells: ${first?.judgment.summary}`, until };
    }
    const without =
      silent.length === 0 ? "" : `; no data for ${silent.map(({ criterion }) => criterion.name).join(", ")}`;
    return { state: "waiting", summary: `Hour ${hour} has not come; so far it holds${without}`, until };
  }

  #broken(broken: readonly Watched[], past: WatchResult): Measurement {
    const { hour } = this.#options;
    const own = broken.map((watched): Finding => {
      const same = this.#criteria.find(
        (each) => each.hour === hour && each.query === watched.criterion.query,
      );
      const { control, items } = findingOfWatched({ ...watched, criterion: same ?? watched.criterion });
      return { ...findingOfWatched(watched), control, items };
    });
    const named = new Set(own.map(({ control }) => control.name));
    const rest = this.#criteria
      .filter((criterion) => criterion.hour === hour && !named.has(criterion.name))
      .map((criterion) =>
        findingOfWatched({
          criterion,
          judgment: { state: "unknown", summary: `hour ${hour} had not come when something broke` },
          series: "",
        }),
      );
    const come = past.hours.flatMap(({ watched }) => watched.map(findingOfWatched));
    return {
      state: "failed",
      summary: own.map(({ summary }) => summary).join(" "),
      findings: [...own, ...rest, ...come.filter(({ control }) => !named.has(control.name))],
    };
  }

  get #source() {
    const { metrics, since, before } = this.#options;
    return { criteria: this.#criteria, metrics, since, before };
  }
}
