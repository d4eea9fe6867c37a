import { htmlText as text } from "../../lib/html.ts";
import { formatDuration, formatMoment } from "../../lib/units.ts";
import { errorRatio } from "../../metrics/indicators.ts";
import type { Entry } from "../../operations/release/journal.ts";
import type { Rehearsed } from "./rehearse.ts";

const width = 900;
const left = 170;
const right = 20;
const row = 20;
const hourMs = 3_600_000;

interface Bar {
  readonly step: string;
  readonly from: number;
  readonly to: number;
  readonly verdict: "holds" | "does-not-hold" | "unknown";
}

/** From when to when each step went on. What it shows, the table below says in words. */
export function stepsChart(entries: readonly Entry[]): string {
  const bars = barsOf(entries);
  if (bars.length === 0) return "";
  const first = Math.min(...bars.map(({ from }) => from));
  const last = Math.max(...bars.map(({ to }) => to));
  const x = scale(first, last);
  const height = bars.length * row + 24;
  const rows = bars.map(({ step, from, to, verdict }, index) => {
    const y = index * row;
    const label = `${step}: ${formatMoment(new Date(from).toISOString())}, ${formatDuration(to - from)}`;
    return `<text x="${left - 10}" y="${y + 14}" text-anchor="end">${text(step)}</text><line x1="${left}" x2="${width - right}" y1="${y + 10}" y2="${y + 10}"/><g class="${verdict}"><title>${text(label)}</title><rect x="${x(from)}" y="${y + 4}" width="${Math.max(4, Number(x(to)) - Number(x(from)))}" height="12" rx="2"/></g>`;
  });
  const label = `${bars.length} steps in ${spanOf(last - first)}`;
  return `<figure><figcaption>From when to when each step went on: ${text(label)}.</figcaption><div class="chart" tabindex="0" role="group" aria-label="Steps"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${text(label)}">${rows.join("")}${axis(first, last, height)}</svg></div></figure>`;
}

function spanOf(ms: number): string {
  return ms < 2 * hourMs ? formatDuration(ms) : `${Math.round(ms / hourMs)} hours`;
}

function barsOf(entries: readonly Entry[]): Bar[] {
  return entries.flatMap((entry): Bar[] =>
    entry.kind === "ended"
      ? [
          {
            step: entry.step,
            from: Date.parse(entry.begunAt),
            to: Date.parse(entry.at),
            verdict:
              entry.state === "successful" ? "holds" : entry.state === "failed" ? "does-not-hold" : "unknown",
          },
        ]
      : [],
  );
}

/** The error rate that people saw, with the objective and the moments of the release. */
export async function errorChart({ metrics, wentLive, end, rollback }: Rehearsed): Promise<string> {
  if (wentLive === undefined) return "";
  const from = new Date(wentLive.getTime() - hourMs);
  const to = new Date(end.getTime() + hourMs);
  const [series] = await metrics.range(errorRatio({ range: 300 }), from, to, 300);
  const values = series?.values ?? [];
  const most = Math.max(0.02, ...values.map(([, value]) => value)) * 1.1;
  const height = 200;
  const base = height - 24;
  const x = scale(from.getTime(), to.getTime());
  const y = (value: number): string => (base - (value / most) * (base - 14)).toFixed(1);
  const path = values.map(([at, value], index) => `${index === 0 ? "M" : "L"}${x(at)} ${y(value)}`).join("");
  const moments = [
    { at: wentLive.getTime(), name: "live" },
    ...rollback.flatMap((entry) =>
      entry.kind === "opened" ? [{ at: Date.parse(entry.at), name: "rolled back" }] : [],
    ),
  ];
  const marks = moments.map(
    ({ at, name }) =>
      `<line x1="${x(at)}" x2="${x(at)}" y1="8" y2="${base}"/><text x="${Number(x(at)) + 4}" y="18">${text(name)}</text>`,
  );
  const highest = (Math.max(...values.map(([, value]) => value)) * 100).toFixed(1);
  const label = `Error rate; the highest value is ${highest} %, and the objective is 1 %`;
  return `<figure><figcaption>${text(label)}.</figcaption><div class="chart spark-wide" tabindex="0" role="group" aria-label="Error rate"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${text(label)}"><line class="objective" x1="${left}" x2="${width - right}" y1="${y(0.01)}" y2="${y(0.01)}"/><text x="${left - 10}" y="${Number(y(0.01)) + 4}" text-anchor="end">objective 1 %</text>${marks.join("")}<path d="${path}" fill="none" stroke="var(--link)" stroke-width="1.75"/>${axis(from.getTime(), to.getTime(), height)}</svg></div></figure>`;
}

function scale(first: number, last: number): (moment: number) => string {
  const room = width - left - right;
  return (moment) => (left + (last === first ? 0 : ((moment - first) / (last - first)) * room)).toFixed(1);
}

function axis(first: number, last: number, height: number): string {
  const [from, to] = [first, last].map((moment) => formatMoment(new Date(moment).toISOString()));
  return `<text x="${left}" y="${height - 6}">${text(from ?? "")}</text><text x="${width - right}" y="${height - 6}" text-anchor="end">${text(to ?? "")}</text>`;
}
