import { shortened } from "../../lib/text.ts";
import type { Finding } from "../release/measurement.ts";
import type { Watched, WatchResult } from "./watch.ts";

/** What a criterion found, as the evidence has it. */
export function findingOfWatched({ criterion, judgment, series, samples }: Watched): Finding {
  const { state, summary, measured, expected } = judgment;
  return {
    control: { kind: "probe", name: criterion.name },
    items: criterion.items,
    state,
    summary: shortened(`${criterion.title} ${series === "" ? "" : `${series}: `}${summary}.`, 3900),
    ...(measured !== undefined && { measured }),
    ...(expected !== undefined && { expected }),
    ...(samples !== undefined && { samples }),
  };
}

/** Item H24.4: what the next release is compared with is on record. Nothing before the day has passed. */
export function findingOfBaselines({ baselines, hours }: WatchResult): Finding[] {
  const day = hours.find(({ hour }) => hour === 24);
  if (day === undefined) return [];
  const names = new Set(day.watched.map(({ criterion }) => criterion.name));
  const without = [...names].filter((each) => !baselines.some(({ name }) => name === each));
  const isKnown = baselines.length > 0 && without.length === 0;
  return [
    {
      control: { kind: "probe", name: "watch-baselines" },
      items: ["H24.4"],
      state: isKnown ? "holds" : "unknown",
      summary: isKnown
        ? "The medians of the day are on record."
        : `There are no values to make baselines of${without.length === 0 ? "" : ` for ${without.join(", ")}`}.`,
      details: baselines
        .slice(0, 1000)
        .map(({ name, series, median }) =>
          shortened(`${name} ${series}: ${Number(median.toPrecision(4))}`, 900),
        ),
    },
  ];
}
