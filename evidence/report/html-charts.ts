import { htmlText as text } from "../../lib/html.ts";
import { formatDuration, formatMoment } from "../../lib/units.ts";
import type { History, ShownDrill, ShownRun, ShownSeries } from "./history.ts";

/** Charts of what happened, as SVG that needs no script. What a chart shows, its label or a table says in words. */
export function historyHtml({ runs, drills, series }: History): string {
  const parts = [
    ...(runs.length > 0 ? [timeline(runs)] : []),
    ...(drills.length > 0 ? [drillChart(drills)] : []),
    ...(series.length > 0 ? [sparklines(series)] : []),
  ];
  if (parts.length === 0) return "";
  return `<section aria-labelledby="history"><h2 id="history">What happened</h2>\n<div class="charts">${parts.join("\n")}</div></section>`;
}

const width = 720;
const left = 92;
const right = 16;
const row = 26;

/** A row for each kind of run, a mark for each run: what it found, and whether it is of this commit. */
function timeline(runs: readonly ShownRun[]): string {
  const kinds = [...new Set(runs.map(({ kind }) => kind))];
  const scale = scaleOf(runs.map(({ at }) => Date.parse(at)));
  const height = kinds.length * row + 26;
  const rows = kinds.map((kind, index) => {
    const y = index * row + row / 2;
    const marks = runs
      .filter((run) => run.kind === kind)
      .map((run) => {
        const verdict = run.fails > 0 ? "does-not-hold" : run.unknown > 0 ? "unknown" : "holds";
        const x = round(scale(Date.parse(run.at)));
        const label = `${kind}, ${formatMoment(run.at)}: ${run.holds} hold, ${run.fails} do not, ${run.unknown} unknown`;
        return `<g class="${verdict}${run.ofCommit ? " own" : ""}"><title>${text(label)}</title>${shape(verdict, x, y)}</g>`;
      });
    return `<text x="${left - 12}" y="${y + 4}" text-anchor="end">${text(kind)}</text><line x1="${left}" x2="${width - right}" y1="${y}" y2="${y}"/>${marks.join("")}`;
  });
  const [first, last] = [runs[0]?.at ?? "", runs.at(-1)?.at ?? ""];
  const axis = axisOf(first, last, height);
  const failed = runs.filter(({ fails }) => fails > 0).length;
  const label = `${runs.length} runs from ${formatMoment(first)} to ${formatMoment(last)}; ${failed} of them found something that does not hold`;
  return `<figure><figcaption>Runs, by kind. A ring marks those of this commit.</figcaption>
<div class="chart" tabindex="0" role="group" aria-label="Timeline of runs"><svg class="timeline" viewBox="0 0 ${width} ${height}" role="img" aria-label="${text(label)}">${rows.join("")}${axis}</svg></div></figure>`;
}

/** The ends of a line of time; one moment, to the minute, is written once. */
function axisOf(first: string, last: string, height: number): string {
  const [from, to] = [formatMoment(first), formatMoment(last)];
  const end = `<text x="${width - right}" y="${height - 6}" text-anchor="end">${text(to)}</text>`;
  return from === to ? end : `<text x="${left}" y="${height - 6}">${text(from)}</text>${end}`;
}

/** Shapes differ, so that color is not all that tells them apart. */
function shape(verdict: string, x: string, y: number): string {
  if (verdict === "holds") return `<circle cx="${x}" cy="${y}" r="5"/>`;
  const at = Number(x);
  return verdict === "unknown"
    ? `<rect x="${round(at - 5)}" y="${y - 5}" width="10" height="10"/>`
    : `<path d="M${round(at)} ${y - 7}l7 12h-14z"/>`;
}

/** How long each drill took, with the objective as a line. */
function drillChart(drills: readonly ShownDrill[]): string {
  const height = 150;
  const base = height - 26;
  const most = Math.max(
    ...drills.map(({ durationMs, rtoMinutes }) => Math.max(durationMs, rtoMinutes * 60_000)),
  );
  const y = (ms: number) => base - (ms / most) * (base - 18);
  const step = (width - left - right) / drills.length;
  const bars = drills.map(({ at, durationMs, holds }, index) => {
    const x = left + index * step + step * 0.2;
    const top = Math.min(y(durationMs), base - 2);
    const label = `${formatMoment(at)}: ${formatDuration(durationMs)}, ${holds ? "holds" : "does not hold"}`;
    return `<g class="${holds ? "holds" : "does-not-hold"}"><title>${text(label)}</title><rect x="${round(x)}" y="${round(top)}" width="${round(Math.min(step * 0.6, 48))}" height="${round(base - top)}" rx="2"/></g>`;
  });
  const objective = drills.at(-1)?.rtoMinutes ?? 0;
  const line = round(y(objective * 60_000));
  const [first, last] = [drills[0]?.at ?? "", drills.at(-1)?.at ?? ""];
  const slowest = Math.max(...drills.map(({ durationMs }) => durationMs));
  const label = `${drills.length} drills; the slowest took ${formatDuration(slowest)}, and the recovery time objective is ${objective} minutes`;
  return `<figure><figcaption>Restore drills against the recovery time objective of ${objective} min. The slowest took ${text(formatDuration(slowest))}.</figcaption>
<div class="chart" tabindex="0" role="group" aria-label="Restore drills"><svg class="drills" viewBox="0 0 ${width} ${height}" role="img" aria-label="${text(label)}"><line x1="${left}" x2="${width - right}" y1="${base}" y2="${base}"/>${bars.join("")}<line class="objective" x1="${left}" x2="${width - right}" y1="${line}" y2="${line}"/><text x="${left - 12}" y="${Number(line) + 4}" text-anchor="end">RTO ${objective} min</text><text x="${left}" y="${height - 6}">${text(first.slice(0, 10))}</text><text x="${width - right}" y="${height - 6}" text-anchor="end">${text(last.slice(0, 10))}</text></svg></div></figure>`;
}

/** Small charts that are shown at once; the others open with a click. */
const firstSeries = 10;

/** A small chart for each control that measured more than once; what is nearest to its limit comes first. */
function sparklines(series: readonly ShownSeries[]): string {
  const nearness = ({ expected, points }: ShownSeries): number =>
    expected === undefined || expected === 0 ? -1 : (points.at(-1)?.value ?? 0) / expected;
  const cells = series
    .toSorted((one, other) => nearness(other) - nearness(one))
    .map((one) => {
      const { control, unit, expected, points } = one;
      const last = points.at(-1)?.value ?? 0;
      const wanted = expected === undefined ? "" : ` of ${number(expected)}`;
      return `<li><span class="name">${text(control)}</span>${sparkline(one)}<span class="number">${number(last)}${wanted} ${text(unit)}</span></li>`;
    });
  const others = cells.slice(firstSeries);
  const rest =
    others.length === 0
      ? ""
      : `<details class="more"><summary>${others.length} more</summary><ul class="sparks">${others.join("\n")}</ul></details>`;
  return `<figure><figcaption>What controls measured over time, the newest value at the right. A dashed line is what is declared.</figcaption><ul class="sparks">${cells.slice(0, firstSeries).join("\n")}</ul>${rest}</figure>`;
}

function sparkline({ control, unit, expected, points }: ShownSeries): string {
  const values = points.map(({ value }) => value);
  const all = expected === undefined ? values : [...values, expected];
  const [low, high] = [Math.min(0, ...all), Math.max(...all)];
  const span = high - low || 1;
  const y = (value: number) => round(38 - ((value - low) / span) * 34);
  const x = (index: number) => round(2 + (index / Math.max(1, values.length - 1)) * 156);
  const path = values.map((value, index) => `${index === 0 ? "M" : "L"}${x(index)} ${y(value)}`).join("");
  const line =
    expected === undefined
      ? ""
      : `<line class="objective" x1="2" x2="158" y1="${y(expected)}" y2="${y(expected)}"/>`;
  const label = `${control}: ${values.length} values from ${number(Math.min(...values))} to ${number(Math.max(...values))} ${unit}, the newest ${number(values.at(-1) ?? 0)}`;
  return `<svg class="spark" viewBox="0 0 160 40" role="img" aria-label="${text(label)}">${line}<path d="${path}"/><circle cx="${x(values.length - 1)}" cy="${y(values.at(-1) ?? 0)}" r="2.5"/></svg>`;
}

/** From moments to places; one moment alone stands in the middle. */
function scaleOf(moments: readonly number[]): (moment: number) => number {
  const [first, last] = [Math.min(...moments), Math.max(...moments)];
  const room = width - left - right - 16;
  return (moment) => left + 8 + (last === first ? room / 2 : ((moment - first) / (last - first)) * room);
}

function number(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
