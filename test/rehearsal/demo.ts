import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackSettings } from "../../project/settings.ts";
import { looksAtTarget } from "./looks.ts";
import { rehearsalPage, type Story } from "./page.ts";
import { isReleased } from "./platform.ts";
import { rehearse } from "./rehearse.ts";

// `npm run demo:release`: two releases on loopback and a driven clock. One is good; one breaks at hour 3.
const folder = mkdtempSync(join(tmpdir(), "optropic-release-"));
const settings = readStackSettings(join(import.meta.dirname, "..", ".."), "production");
const plays = [
  { name: "good", title: "A release that holds for 24 hours" },
  { name: "fault", title: "A release that breaks at hour 3", faultAtHour: 3 },
];
const stories: Story[] = [];
for (const { name, title, ...fault } of plays) {
  const own = join(folder, name);
  mkdirSync(own);
  console.log(`\n${title}`);
  let step = "";
  const rehearsed = await rehearse({
    ...{ folder: own, settings, looks: looksAtTarget(settings), realTime: true },
    ...fault,
    progress(line) {
      if (line !== step) console.log(`  ${line}`);
      step = line;
    },
  });
  const report = `${name}/report.html`;
  writeFileSync(join(folder, report), rehearsed.evidence.report(rehearsed.decision));
  stories.push({ name, title, rehearsed, report });
  const { outcome, decision, rollbackMs } = rehearsed;
  console.log(`  ${outcome.state}: ${outcome.summary}`);
  console.log(`  Decision: ${decision.go ? "go" : "no-go"}`);
  if (rollbackMs !== undefined) {
    console.log(`  Rolled back in ${(rollbackMs / 1000).toFixed(1)} s of real time; the objective is 5 min`);
  }
}
const page = join(folder, "release.html");
writeFileSync(page, await rehearsalPage(stories));
console.log(`\nOpen ${page} to look at both. Journals, evidence and the incident report are in ${folder}`);

const [good, fault] = stories.map(({ rehearsed }) => rehearsed);
const isAsPlanned =
  good?.outcome.state === "done" &&
  good.decision.go &&
  fault?.incident !== undefined &&
  Object.values(good.served).every(isReleased) &&
  !Object.values(fault.served).some(isReleased);
process.exitCode = isAsPlanned ? 0 : 1;
