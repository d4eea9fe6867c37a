import { htmlText as text } from "../../lib/html.ts";
import { formatMoment } from "../../lib/units.ts";
import type { ReportedControl, ReportedItem } from "./document.ts";
import { oneVerdict, verdictWords } from "./words.ts";

/** All items by section, with a search that only a script shows. */
export function itemsHtml(items: readonly ReportedItem[]): string {
  const chips = verdictWords
    .map(
      ({ verdict, words }) =>
        `<label class="chip"><input type="checkbox" name="verdict" value="${verdict}" checked> ${words}</label>`,
    )
    .join("");
  const bySection = Map.groupBy(items, ({ section }) => section);
  const groups = [...bySection].map(
    ([section, some]) =>
      `<div class="group"><h3>${text(section)}</h3>\n${some.map(itemHtml).join("\n")}</div>`,
  );
  return `<section aria-labelledby="items"><h2 id="items">Items</h2>
<form class="filter" hidden role="search"><label>Search <input type="search" name="search" autocomplete="off" placeholder="TLS, 4.1, devops@…"></label><fieldset><legend>Show</legend>${chips}</fieldset><p role="status"></p></form>
${groups.join("\n")}</section>`;
}

function itemHtml({ id, text: words, verdict, reason, owner, controls, blocks }: ReportedItem): string {
  const sign = verdictWords.find((each) => each.verdict === verdict)?.sign ?? "?";
  return `<details class="item" id="item-${text(id)}" data-verdict="${verdict}"${blocks && verdict === "does-not-hold" ? " open" : ""}><summary><span class="mark ${verdict}" aria-hidden="true">${sign}</span> <span class="id">${text(id)}</span> <span class="words">${worded(words)}</span> <span class="state ${verdict}">${oneVerdict[verdict]}</span></summary>
<p>${text(reason)}. <span class="note">${text(owner)}</span></p>
${controls.length === 0 ? "" : controlsHtml(controls)}</details>`;
}

/** The checklist writes names between backticks. */
function worded(words: string): string {
  return words
    .split("`")
    .map((part, index) => (index % 2 === 1 ? `<code>${text(part)}</code>` : text(part)))
    .join("");
}

function controlsHtml(controls: readonly ReportedControl[]): string {
  return `<div class="wide" tabindex="0" role="group" aria-label="Controls"><table class="controls"><thead><tr><th scope="col">control</th><th scope="col">state</th><th scope="col">declared</th><th scope="col">found</th><th scope="col">when and where</th></tr></thead><tbody>${controls.map(controlHtml).join("\n")}</tbody></table></div>`;
}

function controlHtml(control: ReportedControl): string {
  const { kind, name, title, verdict, summary, expected, measured, unit, at, until, standsFor } = control;
  const found = [quantity(measured, unit), text(summary), waiverHtml(control)].filter((part) => part !== "");
  const instead =
    standsFor === undefined
      ? ""
      : ` <span class="note">in place of a ${text(standsFor.join(" and a "))}</span>`;
  const when = [
    at === undefined ? "" : text(formatMoment(at)),
    until === undefined ? "" : `<span class="note">counts until ${text(formatMoment(until))}</span>`,
    ...placesOf(control),
  ].filter((part) => part !== "");
  return `<tr><th scope="row">${text(kind)} <code>${text(name)}</code>${instead}<br><span class="note">${text(title)}</span></th><td class="state ${verdict}">${oneVerdict[verdict]}</td><td>${quantity(expected, unit)}</td><td>${found.join("<br>")}</td><td>${when.join("<br>")}</td></tr>`;
}

function waiverHtml({ waiver }: ReportedControl): string {
  if (waiver === undefined) return "";
  const { until, reason, approver } = waiver;
  return `<span class="note">Waived until ${text(until)} by ${text(approver)}: ${text(reason)}</span>`;
}

/** Only what a browser may open is a link. */
function placesOf({ place, url, by }: ReportedControl): string[] {
  return [
    ...(place === undefined ? [] : [`<code>${text(`${place.path}:${place.line}`)}</code>`]),
    ...(url === undefined || !/^https?:/i.test(url)
      ? []
      : [`<a href="${text(url)}" rel="noreferrer">what shows it</a>`]),
    ...(by === undefined ? [] : [`<span class="note">signed by ${text(by)}</span>`]),
  ];
}

function quantity(value: string | number | boolean | undefined, unit: string | undefined): string {
  if (value === undefined) return "";
  return text(unit === undefined ? String(value) : `${value} ${unit}`);
}
