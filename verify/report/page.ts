import { htmlText as inert } from "../../lib/html.ts";
import { formatDuration } from "../../lib/units.ts";
import type { DriftRow, ItemResult, PlacedCheck, ProbeResult, Verification } from "../document.ts";
import { summaryLine, waiverWords } from "./text.ts";

/** A verification as one HTML page that loads nothing and runs no script. */
export function verificationPage(verification: Verification): string {
  const { stack, at, durationMs, items, probes, tool } = verification;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Verification of ${inert(stack)}</title>
<style>${style}</style>
</head>
<body>
<h1>Verification of ${inert(stack)}</h1>
<p>${inert(summaryLine(verification))}. Measured ${inert(at)} in ${formatDuration(durationMs)} by ${inert(tool.name)} ${inert(tool.version)}.</p>
<h2>Items</h2>
<table>
<tr><th>item</th><th>what it asks for</th><th>state</th><th>probes</th></tr>
${items.map(itemRow).join("\n")}
</table>
${verification.waiverProblems.map((problem) => `<p>${inert(problem)}</p>`).join("\n")}
${driftSection(verification.drift)}
<h2>Probes</h2>
${probes.map(probeSection).join("\n")}
</body>
</html>
`;
}

function itemRow({ id, text, state, probes, allowed }: ItemResult): string {
  const names = probes.map((name) => `<a href="#${inert(name)}">${inert(name)}</a>`).join(", ");
  const note = state === "unknown" && allowed ? ", allowed" : "";
  return `<tr><td>${inert(id)}</td><td>${inert(text)}</td><td class="${state}">${words(state)}${note}</td><td>${names || "no probe"}</td></tr>`;
}

function driftSection(rows: readonly DriftRow[]): string {
  if (rows.length === 0) return "";
  return `<h2>Declared, at the vendor, and served</h2>
<table>
<tr><th>what</th><th>declared</th><th>at the vendor</th><th>served</th><th>state</th><th>declared in</th></tr>
${rows.map(driftRow).join("\n")}
</table>`;
}

function driftRow({ vendor, subject, declared, atVendor, served, state, declaredIn }: DriftRow): string {
  const place = declaredIn === undefined ? "" : `${declaredIn.path}:${declaredIn.line}`;
  const look = state === "drift" ? "does-not-hold" : state === "unknown" ? "unknown" : "holds";
  return `<tr><td>${inert(vendor)}: ${inert(subject)}</td><td>${inert(declared)}</td><td>${inert(atVendor)}</td><td>${inert(served ?? "")}</td><td class="${look}">${words(state)}</td><td>${inert(place)}</td></tr>`;
}

function probeSection(probe: ProbeResult): string {
  const { name, title, items, state, checks, message, reason, declared, at, durationMs, digest } = probe;
  const why = message === undefined ? "" : `<p>${inert(message)}${reason ? ` (${inert(reason)})` : ""}</p>`;
  const place = declared === undefined ? "" : ` Declared in ${inert(`${declared.path}:${declared.line}`)}.`;
  const table =
    checks.length === 0
      ? ""
      : `<table>
<tr><th>subject</th><th>declared</th><th>measured</th><th>state</th><th>declared in</th></tr>
${checks.map(checkRow).join("\n")}
</table>`;
  return `<section id="${inert(name)}">
<h3><span class="${state}">${words(state)}</span> ${inert(name)} (${inert(items.join(", "))})</h3>
<p>${inert(title)}</p>
${why}${probe.waiver === undefined ? "" : `<p>${inert(waiverWords(probe.waiver))}</p>`}
${table}
<p class="small">${inert(at)}, ${Math.round(durationMs)} ms.${place}${digest === undefined ? "" : ` Answers: ${inert(digest)}`}</p>
</section>`;
}

function checkRow({ subject, expected, measured, unit, state, declared, reason }: PlacedCheck): string {
  const of = unit === undefined ? "" : ` ${unit}`;
  const place = declared === undefined ? "" : `${declared.path}:${declared.line}`;
  const shown = reason === undefined ? measured : `${measured} (${reason})`;
  const wanted = state === "unknown" ? "" : expected + of;
  return `<tr><td>${inert(subject)}</td><td>${inert(wanted)}</td><td>${inert(state === "unknown" ? shown : measured + of)}</td><td class="${state}">${words(state)}</td><td>${inert(place)}</td></tr>`;
}

function words(state: string): string {
  return state.replaceAll("-", " ");
}

const style = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.5rem; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
.holds { color: #146c2e; } .does-not-hold, .error { color: #b3261e; font-weight: 600; } .unknown, .waived { color: #8a5a00; }
.small { color: #555; font-size: 0.85rem; overflow-wrap: anywhere; }
section { border-top: 2px solid #ddd; margin-top: 1.5rem; }
@media (prefers-color-scheme: dark) { body { color: #e6e6e6; background: #161616; } th, td, section { border-color: #444; } .holds { color: #6dd58c; } .does-not-hold, .error { color: #ffb4ab; } .unknown, .waived { color: #ffcc80; } .small { color: #aaa; } }
`;
