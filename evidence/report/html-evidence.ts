import { htmlText as text } from "../../lib/html.ts";
import { formatMinutes, formatMoment } from "../../lib/units.ts";
import type { ReportDocument } from "./document.ts";
import { bar } from "./html-summary.ts";
import { evidenceLine } from "./status.ts";
import { controlWords, progressOf } from "./words.ts";

/** How the controls of each kind stand, and how old what they stand on is. */
export function controlsHtml({ controls, ages }: ReportDocument): string {
  const totals = controls.map(({ kind, totals: of }) => {
    const { done, due } = progressOf(of);
    return `<tr><th scope="row">${controlWords[kind]}</th><td>${bar(controlWords[kind], of)}</td><td class="number">${due === 0 ? "not due" : `${done}/${due}`}</td></tr>`;
  });
  const runs = ages.map(
    ({ kind, newest, ageMinutes, until }) =>
      `<tr><th scope="row">${text(kind)}</th><td>${text(formatMinutes(ageMinutes))} ago<br><span class="note">${text(formatMoment(newest))}</span></td><td>${until === undefined ? '<span class="note">counts no longer</span>' : text(formatMoment(until))}</td></tr>`,
  );
  const age =
    runs.length === 0
      ? "<p>There is no evidence that it stands on.</p>"
      : `<table class="sections age"><thead><tr><th scope="col">run</th><th scope="col">newest</th><th scope="col">all of it counts until</th></tr></thead><tbody>${runs.join("\n")}</tbody></table>`;
  return `<div class="pair"><section aria-labelledby="controls"><h2 id="controls">Controls</h2><table class="sections"><thead><tr><th scope="col">kind</th><th scope="col">state</th><th scope="col" class="number">done of due</th></tr></thead><tbody>${totals.join("\n")}</tbody></table></section>
<section aria-labelledby="age"><h2 id="age">Age of the evidence</h2>${age}</section></div>`;
}

/** Rows that are shown at once. */
const firstRows = 12;

/** What is declared, what its vendor has and what is served, where they differ. */
export function driftHtml({ drift }: ReportDocument): string {
  if (drift === undefined) return "";
  const { at, compared, rows } = drift;
  const drifted = rows.filter(({ state }) => state === "drift");
  const unknown = rows.length - drifted.length;
  const line = `${compared} settings compared with their vendors at ${formatMoment(at)}: ${drifted.length} differ${unknown === 0 ? "" : `, ${unknown} could not be told`}.`;
  const cells = drifted
    .slice(0, firstRows)
    .map(
      ({ vendor, subject, declared, atVendor, served, place }) =>
        `<tr><th scope="row">${text(vendor)}<br><span class="note">${text(subject)}</span></th><td>${text(declared)}${place === undefined ? "" : `<br><code>${text(`${place.path}:${place.line}`)}</code>`}</td><td class="does-not-hold">${text(atVendor)}</td><td>${text(served ?? "")}</td></tr>`,
    );
  const more =
    drifted.length > firstRows ? `<p class="note">…and ${drifted.length - firstRows} more</p>` : "";
  const table =
    cells.length === 0
      ? ""
      : `<div class="wide" tabindex="0" role="group" aria-label="Drift"><table class="controls"><thead><tr><th scope="col">vendor</th><th scope="col">declared</th><th scope="col">at the vendor</th><th scope="col">served</th></tr></thead><tbody>${cells.join("\n")}</tbody></table></div>${more}`;
  return `<section aria-labelledby="drift"><h2 id="drift">Drift</h2><p>${text(line)}</p>${table}</section>`;
}

/** What is wrong with the evidence itself, and its newest records. */
export function evidenceHtml({ evidence }: ReportDocument): string {
  const { problems, heads } = evidence;
  const list =
    problems.length === 0
      ? "<p>Every record is what its name says, and every parent is there.</p>"
      : `<ul>${problems.map((problem) => `<li>${text(problem)}</li>`).join("")}</ul>`;
  const newest = heads.map((head) => `<li><code>${text(head)}</code></li>`).join("");
  return `<section aria-labelledby="evidence"><h2 id="evidence">Evidence</h2><p>${text(evidenceLine(evidence))}.</p>${list}${newest === "" ? "" : `<details><summary>Newest records</summary><ul>${newest}</ul></details>`}</section>`;
}
