import { htmlText as text } from "../../lib/html.ts";
import { formatDuration, formatMinutes, formatMoment } from "../../lib/units.ts";
import type { ReportDocument } from "./document.ts";
import type { ShownStep, ShownWatch } from "./history.ts";
import { oneVerdict, verdictWords } from "./words.ts";

/** The steps of a release on a line of time, and what the watch saw since; nothing without a release. */
export function releaseHtml({ history }: ReportDocument): string {
  const { release, watch } = history;
  if (release.length === 0 && watch.length === 0) return "";
  const isOther = !release.some(({ ofCommit }) => ofCommit);
  const note = isOther ? " It is the newest in the evidence: this commit has no step of its own yet." : "";
  return `<section aria-labelledby="release"><h2 id="release">The release</h2>
${release.length === 0 ? "" : stepsHtml(release, note)}
${watch.length === 0 ? "" : watchHtml(watch)}</section>`;
}

function stepsHtml(steps: readonly ShownStep[], note: string): string {
  const starts = steps.map(({ startedAt }) => Date.parse(startedAt));
  const ends = steps.map(({ at }) => Date.parse(at));
  const [first, last] = [Math.min(...starts), Math.max(...ends)];
  const place = (moment: number): number => (last === first ? 0 : ((moment - first) / (last - first)) * 100);
  const rows = steps.map(({ title, control, startedAt, at, state }) => {
    const [from, to] = [Date.parse(startedAt), Date.parse(at)];
    const sign = verdictWords.find(({ verdict }) => verdict === state)?.sign ?? "?";
    const width = Math.max(0.8, place(to) - place(from));
    const x = Math.min(place(from), 100 - width);
    const took = to > from ? `, took ${spoken(to - from)}` : "";
    const label = `${oneVerdict[state]}; from ${formatMoment(startedAt)}${took}`;
    return `<li><span class="mark ${state}" aria-hidden="true">${sign}</span><span class="words" title="${text(control)}">${text(title)}</span><svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${text(label)}"><title>${text(label)}</title><rect class="${state}" x="${round(x)}" y="1" width="${round(width)}" height="8"/></svg><span class="number">${text(formatMoment(startedAt).slice(5, 16))}</span><span class="number">${to > from ? text(spoken(to - from)) : ""}</span></li>`;
  });
  const span = spoken(last - first);
  const moments = [first, last].map((moment) => text(formatMoment(new Date(moment).toISOString())));
  return `<figure><figcaption>${steps.length} steps in ${text(span)}, from ${moments[0]} to ${moments[1]}.${text(note)}</figcaption><ol class="steps">${rows.join("\n")}</ol></figure>`;
}

const width = 320;
const height = 84;
const base = 70;

function watchHtml(watch: readonly ShownWatch[]): string {
  const cells = watch.map((one) => {
    const { title, unit, limit, values } = one;
    const known = values.flatMap((value) => value ?? []);
    const [last, most] = [known.at(-1), Math.max(...known)];
    const highest = known.length === 0 ? "no data" : `highest ${number(most)}`;
    const above = limit !== undefined && most >= limit ? " above" : "";
    return `<li class="${above.trim()}"><span class="name">${text(title)}</span><span class="now"><small>last</small> <b>${last === undefined ? "?" : number(last)}</b> ${text(unit)}</span>${curve(one, known)}<span class="number">${highest}${limit === undefined ? "" : `, objective below ${number(limit)} ${text(unit)}`}</span></li>`;
  });
  const [first] = watch.map((one) => one.from).sort();
  const from = first === undefined ? "" : ` since ${formatMoment(first)}`;
  return `<figure><figcaption>What the watch saw${text(from)}: the highest value of each step. A dashed line is the objective.</figcaption><ul class="watched">${cells.join("\n")}</ul></figure>`;
}

/** A line with a gap where there are no values. */
function curve({ title, unit, limit, from, to, values }: ShownWatch, known: readonly number[]): string {
  const top = Math.max(...known, limit ?? 0) * 1.1 || 1;
  const x = (index: number): string => round((index / Math.max(1, values.length - 1)) * (width - 4) + 2);
  const y = (value: number): string => round(base - (Math.max(0, value) / top) * (base - 6));
  const drawn = values.map((value, index) => {
    if (value === null) return "";
    const isFirst = index === 0 || values[index - 1] === null;
    return `${isFirst ? "M" : "L"}${x(index)} ${y(value)}${isFirst && (values[index + 1] ?? null) === null ? "h0.1" : ""}`;
  });
  const line =
    limit === undefined
      ? ""
      : `<line class="objective" x1="0" x2="${width}" y1="${y(limit)}" y2="${y(limit)}"/>`;
  const range =
    known.length === 0
      ? "no values"
      : `from ${number(Math.min(...known))} to ${number(Math.max(...known))} ${unit}`;
  const label = `${title} from ${formatMoment(from)} to ${formatMoment(to)}: ${range}`;
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${text(label)}"><line x1="0" x2="${width}" y1="${base}" y2="${base}"/>${line}<path d="${drawn.join("")}"/><text x="2" y="${height - 2}">${text(formatMoment(from).slice(5, 16))}</text><text x="${width - 2}" y="${height - 2}" text-anchor="end">${text(formatMoment(to).slice(5, 16))}</text></svg>`;
}

function spoken(ms: number): string {
  return ms < 3_600_000 ? formatDuration(ms) : formatMinutes(Math.round(ms / 60_000));
}

function number(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
