import { formatMoment } from "../../lib/units.ts";
import type { ReportDocument, ReportedControl, ReportedItem, Totals } from "./document.ts";
import { script, style } from "./html-assets.ts";
import { escaped as text } from "./html-text.ts";
import { evidenceLine } from "./status.ts";
import { oneVerdict, progressOf, totalOf, totalsLine, verdictWords } from "./words.ts";

/**
 * The decision as one HTML page that asks for nothing from elsewhere: it can be read without JavaScript,
 * printed, and searched where there is JavaScript. A text of the evidence is shown and never obeyed.
 */
export function htmlReport(document: ReportDocument): string {
  const { project, stack, at, commit, decision, totals, items, evidence } = document;
  const go = decision === "go";
  const title = `${go ? "Go" : "No-go"}: ${project}/${stack}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${text(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<p class="stamp ${decision}"><span aria-hidden="true">${go ? "✓" : "✗"}</span> ${go ? "Go" : "No-go"}</p>
<div>
<h1>${text(`${project}/${stack}`)}</h1>
<p>${text(formatMoment(at))}${commit === undefined ? "" : `, commit <code>${text(commit.slice(0, 12))}</code>`}. ${text(totalsLine(totals))} of ${items.length} items.</p>
<p>Evidence: ${text(evidenceLine(evidence))}.</p>
</div>
</header>
<main>
${actionsHtml(document)}
${sectionsHtml(document)}
${itemsHtml(items)}
${evidenceHtml(document)}
${linksHtml(document)}
</main>
<footer><p>${text(`${document.tool.name} ${document.tool.version}`)}. The same evidence at the same moment gives this page again: <code>npx optropic report --stack ${text(stack)} --at ${text(at)}</code></p></footer>
<script>${script}</script>
</body>
</html>
`;
}

function actionsHtml({ actions, decision }: ReportDocument): string {
  if (actions.length === 0) {
    return `<section aria-labelledby="next"><h2 id="next">What would make it go</h2><p>${decision === "go" ? "Nothing: it is go." : "See the evidence below."}</p></section>`;
  }
  const rows = actions.map(
    ({ what, command, where, owner, items }) =>
      `<li><p>${command ? `<code>${text(what)}</code>` : text(what)}</p><p class="note">${[
        where === undefined ? "" : `<code>${text(where)}</code>`,
        text(owner),
        items.map((id) => `<a href="#item-${text(id)}">${text(id)}</a>`).join(" "),
      ]
        .filter((part) => part !== "")
        .join(" · ")}</p></li>`,
  );
  return `<section aria-labelledby="next"><h2 id="next">What would make it go</h2><ol class="actions">${rows.join("\n")}</ol></section>`;
}

function sectionsHtml({ sections }: ReportDocument): string {
  const legend = verdictWords
    .map(
      ({ verdict, words, sign }) =>
        `<li><span class="mark ${verdict}" aria-hidden="true">${sign}</span> ${words}</li>`,
    )
    .join("");
  const rows = sections.map(({ section, totals }) => {
    const { done, due } = progressOf(totals);
    return `<tr><th scope="row">${text(section)}</th><td>${bar(section, totals)}</td><td class="number">${done}/${due}</td></tr>`;
  });
  return `<section aria-labelledby="sections"><h2 id="sections">Sections</h2><ul class="legend">${legend}</ul><table class="sections"><thead><tr><th scope="col">section</th><th scope="col">state</th><th scope="col">done of due</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></section>`;
}

function bar(section: string, totals: Totals): string {
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
  return `<svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${text(`${section}: ${totalsLine(totals)}`)}">${parts.join("")}</svg>`;
}

function itemsHtml(items: readonly ReportedItem[]): string {
  const chips = verdictWords
    .map(
      ({ verdict, words }) =>
        `<label><input type="checkbox" name="verdict" value="${verdict}" checked> ${words}</label>`,
    )
    .join("");
  const bySection = Map.groupBy(items, ({ section }) => section);
  const groups = [...bySection].map(
    ([section, some]) => `<h3>${text(section)}</h3>\n${some.map(itemHtml).join("\n")}`,
  );
  return `<section aria-labelledby="items"><h2 id="items">Items</h2>
<form class="filter" hidden role="search"><label>Search <input type="search" name="search" autocomplete="off"></label><fieldset><legend>Show</legend>${chips}</fieldset><p role="status"></p></form>
${groups.join("\n")}</section>`;
}

function itemHtml({ id, text: words, verdict, reason, owner, controls, blocks }: ReportedItem): string {
  const sign = verdictWords.find((each) => each.verdict === verdict)?.sign ?? "?";
  return `<details class="item" id="item-${text(id)}" data-verdict="${verdict}"${blocks && verdict === "does-not-hold" ? " open" : ""}><summary><span class="mark ${verdict}" aria-hidden="true">${sign}</span> <span class="id">${text(id)}</span> <span class="words">${text(words)}</span> <span class="state">${oneVerdict[verdict]}</span></summary>
<p>${text(reason)}. <span class="note">${text(owner)}</span></p>
${controls.length === 0 ? "" : controlsHtml(controls)}</details>`;
}

function controlsHtml(controls: readonly ReportedControl[]): string {
  const rows = controls.map((control) => {
    const { kind, name, title, verdict, summary, expected, measured, unit, at, place, url } = control;
    const where = [
      place === undefined ? "" : `<code>${text(`${place.path}:${place.line}`)}</code>`,
      url === undefined || !/^https?:/i.test(url) ? "" : `<a href="${text(url)}" rel="noreferrer">source</a>`,
    ]
      .filter((part) => part !== "")
      .join(" ");
    return `<tr><th scope="row">${text(kind)} <code>${text(name)}</code><br><span class="note">${text(title)}</span></th><td>${oneVerdict[verdict]}</td><td>${quantity(expected, unit)}</td><td>${quantity(measured, unit) || text(summary)}</td><td>${at === undefined ? "" : text(formatMoment(at))} ${where}</td></tr>`;
  });
  return `<table class="controls"><thead><tr><th scope="col">control</th><th scope="col">state</th><th scope="col">declared</th><th scope="col">found</th><th scope="col">when and where</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function evidenceHtml({ evidence }: ReportDocument): string {
  const { problems, heads } = evidence;
  const list =
    problems.length === 0
      ? "<p>Every record is what its name says, and every parent is there.</p>"
      : `<ul>${problems.map((problem) => `<li>${text(problem)}</li>`).join("")}</ul>`;
  const newest = heads.map((head) => `<li><code>${text(head)}</code></li>`).join("");
  return `<section aria-labelledby="evidence"><h2 id="evidence">Evidence</h2><p>${text(evidenceLine(evidence))}.</p>${list}${newest === "" ? "" : `<details><summary>Newest records</summary><ul>${newest}</ul></details>`}</section>`;
}

function linksHtml({ links }: ReportDocument): string {
  const shown = links.filter(({ url }) => /^https?:/i.test(url));
  if (shown.length === 0) return "";
  return `<section aria-labelledby="links"><h2 id="links">Links</h2><ul>${shown
    .map(({ title, url }) => `<li><a href="${text(url)}" rel="noreferrer">${text(title)}</a></li>`)
    .join("")}</ul></section>`;
}

function quantity(value: string | number | boolean | undefined, unit: string | undefined): string {
  if (value === undefined) return "";
  return text(unit === undefined ? String(value) : `${value} ${unit}`);
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
