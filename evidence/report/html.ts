import { htmlText as text } from "../../lib/html.ts";
import type { ReportDocument } from "./document.ts";
import { script, style } from "./html-assets.ts";
import { historyHtml } from "./html-charts.ts";
import { controlsHtml, driftHtml, evidenceHtml } from "./html-evidence.ts";
import { itemsHtml } from "./html-items.ts";
import { releaseHtml } from "./html-release.ts";
import { actionsHtml, headerHtml, sectionsHtml, waiversHtml } from "./html-summary.ts";

/**
 * The decision as one HTML page that asks for nothing from elsewhere: it can be read without JavaScript,
 * printed, and searched where there is JavaScript. A text of the evidence is shown and never obeyed.
 */
export function htmlReport(document: ReportDocument): string {
  const { project, stack, at, decision, items, history } = document;
  const title = `${decision === "go" ? "Go" : "No-go"}: ${project}/${stack}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${text(title)}</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#items">Skip to the items</a>
${headerHtml(document)}
<main>
${actionsHtml(document)}
${sectionsHtml(document)}
${controlsHtml(document)}
${waiversHtml(document)}
${driftHtml(document)}
${releaseHtml(document)}
${historyHtml(history)}
${itemsHtml(items)}
${evidenceHtml(document)}
</main>
<footer><p>${text(`${document.tool.name} ${document.tool.version}`)}. The same evidence at the same moment gives this page again: <code>npx optropic report --stack ${text(stack)} --at ${text(at)}</code></p></footer>
<script>${script}</script>
</body>
</html>
`;
}
