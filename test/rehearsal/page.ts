import { readFileSync } from "node:fs";
import { style } from "../../evidence/report/html-assets.ts";
import { htmlText as text } from "../../lib/html.ts";
import { formatMoment } from "../../lib/units.ts";
import type { Entry } from "../../operations/release/journal.ts";
import { errorChart, stepsChart } from "./charts.ts";
import type { Rehearsed } from "./rehearse.ts";

/** One rehearsal of the page. */
export interface Story {
  /** In kebab case. */
  readonly name: string;
  readonly title: string;
  readonly rehearsed: Rehearsed;
  /** Its full report, beside the page. */
  readonly report: string;
}

/** Rehearsals as one HTML page that asks for nothing from elsewhere and needs no script. */
export async function rehearsalPage(stories: readonly Story[]): Promise<string> {
  const parts: string[] = [];
  for (const story of stories) parts.push(await storyHtml(story));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>Rehearsals of a release</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#${text(stories[0]?.name ?? "")}">Skip to the rehearsals</a>
<main>
${parts.join("\n")}
${groundsHtml(stories)}
</main>
<footer><p>Made by <code>npm run demo:release</code> from the journals and the evidence in this folder.</p></footer>
</body>
</html>
`;
}

async function storyHtml({ name, title, rehearsed, report }: Story): Promise<string> {
  const { decision, outcome, entries, rollback, received, incident, rollbackMs, wentLive } = rehearsed;
  const isGo = decision.go && outcome.state === "done";
  const stamp = isGo ? "go" : "no-go";
  const live = wentLive === undefined ? "never" : formatMoment(wentLive.toISOString());
  const back =
    rollbackMs === undefined
      ? ""
      : ` The rollback took ${(rollbackMs / 1000).toFixed(1)} s of real time; the objective is 5 min.`;
  const chart = await errorChart(rehearsed);
  return `<header class="${stamp}" id="${text(name)}">
<div class="verdict"><p class="stamp ${stamp}"><span aria-hidden="true">${isGo ? "✓" : "✗"}</span> ${isGo ? "Go" : "Rolled back"}</p>
<div><h1>${text(title)}</h1>
<p>${text(outcome.summary.replace(/\.$/, ""))}.</p>
<p class="note">${text(`People were served by it from ${live}.${back}`)} <a href="${text(report)}">The decision on all items</a></p></div></div>
</header>
<section aria-label="${text(`Timeline: ${title}`)}">${stepsChart(entries)}${chart}${
    rollback.length === 0 ? "" : `<h3>The rollback</h3>${stepsChart(rollback)}`
  }</section>
<section><h2>Steps</h2>${stepsTable(entries)}${
    rollback.length === 0 ? "" : `<h3>Steps of the rollback</h3>${stepsTable(rollback)}`
  }</section>
<section><h2>Who was told</h2><ul>${received
    .map((one) => `<li>${text(one.channel)}: ${text(subjectOf(one.text))}</li>`)
    .join("")}</ul></section>${
    incident === undefined
      ? ""
      : `<section><h2>Incident report</h2><div class="wide"><pre><code>${lines(readFileSync(incident, "utf8"))}</code></pre></div></section>`
  }`;
}

function stepsTable(entries: readonly Entry[]): string {
  const rows = entries.flatMap((entry) => {
    if (entry.kind !== "ended") return [];
    const verdict =
      entry.state === "successful" ? "holds" : entry.state === "failed" ? "does-not-hold" : "unknown";
    const sign = { holds: "✓", "does-not-hold": "✗", unknown: "?" }[verdict];
    return [
      `<tr><th scope="row">${text(entry.step)}</th><td class="${verdict}"><span aria-hidden="true">${sign}</span> ${text(entry.state)}</td><td>${text(formatMoment(entry.at))}</td><td>${text(entry.summary)}</td></tr>`,
    ];
  });
  return `<div class="wide"><table><thead><tr><th scope="col">Step</th><th scope="col">Ended</th><th scope="col">When</th><th scope="col">What was found</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

/** One line of a message in whatever form it arrived. */
function subjectOf(message: string): string {
  const mail = /^subject: (.*)$/im.exec(message)?.[1];
  if (mail !== undefined) return mail;
  const json = /"(?:title|summary|text)":"((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? message;
  return json.split("\\n")[0]?.replaceAll("*", "").slice(0, 200) ?? "";
}

/** A report keeps its lines. */
function lines(report: string): string {
  return report.split("\n").map(text).join("\n");
}

/** What was real, and what was given. */
function groundsHtml(stories: readonly Story[]): string {
  const [story] = stories;
  if (story === undefined) return "";
  const { shown, given } = story.rehearsed.evidence;
  return `<section aria-labelledby="grounds"><h2 id="grounds">What this shows, and what it does not</h2>
<p>The engine, its journal in SQLite, the steps, the evidence, the decision, the clients of Vercel, Render, GitHub and Grafana, the channels and the probes are those of <code>optropic release</code>. They ran against the vendors' documented behavior and a reference target, all on loopback. The clock went from one due moment to the next; the rollback ran in real time. The metrics were generated.</p>
<p>${shown.length} controls were shown by the rehearsal. ${given.length} were given as shown, since a rehearsal has no people to sign, no declared platform and no database:</p>
<details><summary>Controls that were given</summary><p>${given.map(text).join(", ")}</p></details></section>`;
}
