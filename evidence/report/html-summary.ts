import { htmlText as text } from "../../lib/html.ts";
import { counted } from "../../lib/text.ts";
import { formatMoment } from "../../lib/units.ts";
import type { ReportDocument, Totals } from "./document.ts";
import { evidenceLine } from "./status.ts";
import { daysLeftWords, phaseWords, progressOf, totalOf, totalsLine, verdictWords } from "./words.ts";

/** Actions that are shown at once; the others open with a click. */
const firstActions = 8;

/** The decision, what it is about, and how many items have each verdict. */
export function headerHtml(document: ReportDocument): string {
  const { project, stack, release, at, commit, phase, decision, totals, items, evidence } = document;
  const go = decision === "go";
  const { done, due } = progressOf(totals);
  const of = commit === undefined ? "" : `, commit <code>${text(commit.slice(0, 12))}</code>`;
  const blocking = items.filter(({ blocks }) => blocks).length;
  const tiles = verdictWords
    .map(
      ({ verdict, words, sign }) =>
        `<li class="${verdict}${totals[verdict] === 0 ? " none" : ""}"><span class="mark ${verdict}" aria-hidden="true">${sign}</span> <b>${totals[verdict]}</b> <span>${words}</span></li>`,
    )
    .join("");
  return `<header class="${decision}">
<div class="verdict"><p class="stamp ${decision}"><span aria-hidden="true">${go ? "✓" : "✗"}</span> ${go ? "Go" : "No-go"}</p>
<div><h1>${text(`${project}/${stack} ${release}`)}</h1>
<p>${text(formatMoment(at))}${of}. What is due ${phaseWords[phase]}.</p>
<p class="note">${go ? "Every item that is due holds, is waived or does not apply" : counted(blocking, "item is", "items are")}${go ? "" : " in the way"}: ${done} of ${due} done. Evidence: ${text(evidenceLine(evidence))}.</p></div></div>
${doubtsHtml(document)}<div class="progress">${bar("All items", totals)}</div>
<ul class="tiles">${tiles}</ul>
${linksHtml(document)}</header>`;
}

/** What whoever signs the decision has to know of the evidence; nothing where it is signed and anchored. */
function doubtsHtml({ evidence: { records, signed, anchored } }: ReportDocument): string {
  const doubts = [
    ...(signed === 0 && records > 0
      ? ["Nothing in this evidence is signed: whoever may write it can say anything."]
      : []),
    ...(anchored === 0 && records > 0
      ? ["No checkpoint was compared: nothing would show that the newest record was removed."]
      : []),
  ];
  return doubts.length === 0 ? "" : `<p class="doubt">${text(doubts.join(" "))}</p>\n`;
}

/** What would make it go. */
export function actionsHtml({ actions, decision }: ReportDocument): string {
  if (actions.length === 0) {
    return `<section aria-labelledby="next"><h2 id="next">What would make it go</h2><p>${decision === "go" ? "Nothing: it is go." : "See the evidence below."}</p></section>`;
  }
  const rows = actions.map(actionHtml);
  const rest = rows.slice(firstActions);
  const more =
    rest.length === 0
      ? ""
      : `<details class="more"><summary>${rest.length} more</summary><ol class="actions" start="${firstActions + 1}">${rest.join("\n")}</ol></details>`;
  return `<section aria-labelledby="next"><h2 id="next">What would make it go</h2><ol class="actions">${rows.slice(0, firstActions).join("\n")}</ol>${more}</section>`;
}

function actionHtml({ what, command, where, owner, items }: ReportDocument["actions"][number]): string {
  const about = [
    where === undefined ? "" : `<code>${text(where)}</code>`,
    text(owner),
    items.map((id) => `<a href="#item-${text(id)}">${text(id)}</a>`).join(" "),
  ];
  return `<li><p>${command ? `<code class="command">${text(what)}</code>` : withCommand(text(what))}</p><p class="note">${about
    .filter((part) => part !== "")
    .join(" · ")}</p></li>`;
}

/** An escaped sentence that ends with a command to run. */
const withCommand = (sentence: string): string =>
  sentence.replace(/(npx optropic [\w ,.-]+?)(\.?)$/, '<code class="command">$1</code>$2');

/** What is accepted for a time, and by whom. */
export function waiversHtml({ waivers, waiverProblems }: ReportDocument): string {
  if (waivers.length === 0 && waiverProblems.length === 0) return "";
  const problems = waiverProblems.map((problem) => `<p class="note">${text(problem)}</p>`).join("");
  const rows = waivers.map((waiver) => {
    const { control, items, until, state, reason, approver } = waiver;
    const links = items.map((id) => `<a href="#item-${text(id)}">${text(id)}</a>`).join(" ");
    return `<tr><th scope="row"><code>${text(control)}</code></th><td>${links}</td><td class="${state === "ended" || state === "not-in-settings" ? "does-not-hold" : "waived"}">${text(until)}<br><span class="note">${text(daysLeftWords(waiver))}</span></td><td>${text(reason)}<br><span class="note">approved by ${text(approver)}</span></td></tr>`;
  });
  if (rows.length === 0) {
    return `<section aria-labelledby="waivers"><h2 id="waivers">Waivers</h2>${problems}</section>`;
  }
  return `<section aria-labelledby="waivers"><h2 id="waivers">Waivers</h2>${problems}<div class="wide" tabindex="0" role="group" aria-label="Waivers"><table class="controls"><thead><tr><th scope="col">control</th><th scope="col">items</th><th scope="col">until</th><th scope="col">why</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div></section>`;
}

/** A bar for each section of the checklist. */
export function sectionsHtml({ sections }: ReportDocument): string {
  const rows = sections.map(({ section, totals }) => {
    const { done, due } = progressOf(totals);
    return `<li><span class="words">${text(section)}</span>${bar(section, totals)}<span class="number">${due === 0 ? "not due" : `${done}/${due}`}</span></li>`;
  });
  const shown = verdictWords.filter(({ verdict }) => sections.some(({ totals }) => totals[verdict] > 0));
  const legend = shown.map(
    ({ verdict, words }) =>
      `<span><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${verdict}" width="10" height="10" rx="2"/></svg>${words}</span>`,
  );
  return `<section aria-labelledby="sections"><h2 id="sections">Sections</h2><p class="legend">${legend.join(" ")}<span>done of due</span></p><ul class="bars">${rows.join("\n")}</ul></section>`;
}

function linksHtml({ links }: ReportDocument): string {
  const shown = links.filter(({ url }) => /^https?:/i.test(url));
  if (shown.length === 0) return "";
  return `<nav aria-label="Links"><ul class="links">${shown
    .map(({ title, url }) => `<li><a href="${text(url)}" rel="noreferrer">${text(title)}</a></li>`)
    .join("")}</ul></nav>`;
}

/** How many have each verdict, as parts of a bar. */
export function bar(of: string, totals: Totals): string {
  const all = totalOf(totals);
  let x = 0;
  const parts = verdictWords
    .filter(({ verdict }) => totals[verdict] > 0)
    .map(({ verdict }) => {
      const width = (totals[verdict] / all) * 100;
      const part = `<rect class="${verdict}" x="${round(x)}" y="0" width="${round(width)}" height="10"/>`;
      x += width;
      return part;
    });
  return `<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${text(`${of}: ${totalsLine(totals)}`)}">${parts.join("")}</svg>`;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
