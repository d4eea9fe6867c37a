import type { Control } from "../../checklist/items.ts";
import { counted } from "../../lib/text.ts";
import type { ItemVerdict } from "../states.ts";
import type { ReportDocument, Totals } from "./document.ts";

/** Every verdict in the order in which a report counts them, with its words and its sign. */
export const verdictWords: readonly { verdict: ItemVerdict; words: string; sign: string }[] = [
  { verdict: "holds", words: "hold", sign: "✓" },
  { verdict: "does-not-hold", words: "do not hold", sign: "✗" },
  { verdict: "unknown", words: "unknown", sign: "?" },
  { verdict: "stale", words: "stale", sign: "…" },
  { verdict: "waived", words: "waived", sign: "~" },
  { verdict: "not-applicable", words: "not applicable", sign: "-" },
  { verdict: "not-due", words: "not due yet", sign: "·" },
];

export const oneVerdict: Readonly<Record<ItemVerdict, string>> = {
  holds: "holds",
  "does-not-hold": "does not hold",
  unknown: "unknown",
  stale: "stale",
  waived: "waived",
  "not-applicable": "not applicable",
  "not-due": "not due yet",
};

/** The kinds of controls, of many. */
export const controlWords: Readonly<Record<Control, string>> = {
  policy: "policies",
  probe: "probes",
  gate: "gates",
  attest: "signatures",
  docs: "documents",
  report: "reports",
};

/** What is due, by the moment that a decision is about. */
export const phaseWords = {
  deploy: "before a deployment",
  before: "before the release",
  release: "during the release",
  after: "after the release",
} as const;

/** `120 hold, 3 do not hold, 52 unknown`; what is not there is left out. */
export function totalsLine(totals: Totals): string {
  return verdictWords
    .filter(({ verdict }) => totals[verdict] > 0)
    .map(({ verdict, words }) => `${totals[verdict]} ${words}`)
    .join(", ");
}

/** `ends in 9 days`; a waiver counts up to and including its last day. */
export function daysLeftWords({ daysLeft, until, state }: ReportDocument["waivers"][number]): string {
  if (state === "not-in-settings") return "not in the settings";
  if (daysLeft < 0) return `ended on ${until}`;
  return daysLeft === 0 ? "ends today" : `ends in ${counted(daysLeft, "day")}`;
}

/** `3 waivers, 1 ends within two weeks, 1 has ended, 1 is not in the settings`; nothing where there is none. */
export function waiversLine(waivers: ReportDocument["waivers"]): string | undefined {
  if (waivers.length === 0) return undefined;
  const of = (state: string): number => waivers.filter((waiver) => waiver.state === state).length;
  const [ending, ended, absent] = [of("ending"), of("ended"), of("not-in-settings")];
  const parts = [
    counted(waivers.length, "waiver"),
    ...(ending > 0 ? [`${ending} ${ending === 1 ? "ends" : "end"} within two weeks`] : []),
    ...(ended > 0 ? [`${ended} ${ended === 1 ? "has" : "have"} ended`] : []),
    ...(absent > 0 ? [`${absent} ${absent === 1 ? "is" : "are"} not in the settings`] : []),
  ];
  return parts.join(", ");
}

/** How many items there are. */
export function totalOf(totals: Totals): number {
  return verdictWords.reduce((all, { verdict }) => all + totals[verdict], 0);
}

/** How many of the items that are due need nothing more. */
export function progressOf(totals: Totals): { done: number; due: number } {
  return {
    done: totals.holds + totals.waived + totals["not-applicable"],
    due: totalOf(totals) - totals["not-due"],
  };
}
