import { judged } from "../test/metrics/support/judged.ts";
import { hoursOf } from "../test/metrics/support/traffic.ts";
import { criteria, judgedWindows, kinds } from "../test/metrics/support/windows.ts";

/**
 * Judges generated hours of each kind, and prints how often each verdict came: `node bench/watch.ts [runs]`. The first
 * table counts requests and scrapes them; the second has windows of each criterion, with the false alarms and misses of
 * each at its end.
 */
const runs = Number(process.argv[2] ?? 1000);
const percent = (part: number): string => `${Number((part * 100).toFixed(1))} %`;

process.stdout.write(
  `| ${runs} hours each | broken | called broken | cannot tell | pass |\n| --- | --- | --- | --- | --- |\n`,
);
for (const [name, { broken, traffic }] of Object.entries(hoursOf)) {
  const found = await judged(traffic, runs);
  process.stdout.write(
    `| ${name} | ${broken ? "yes" : "no"} | ${percent(found["does-not-hold"])} | ${percent(found.unknown)} | ${percent(found.holds)} |\n`,
  );
}

const totals: string[] = [];
process.stdout.write(
  `\n| criterion | ${runs} windows each | broken | called broken | cannot tell | pass |\n| --- | --- | --- | --- | --- | --- |\n`,
);
for (const { name } of criteria) {
  const alarms: number[] = [];
  const misses: number[] = [];
  for (const each of kinds.filter(({ criterion }) => criterion === name)) {
    const found = await judgedWindows(each, runs);
    (each.broken ? misses : alarms).push(each.broken ? found.holds : found["does-not-hold"]);
    process.stdout.write(
      `| \`${name}\` | ${each.kind} | ${each.broken ? "yes" : "no"} | ${percent(found["does-not-hold"])} | ${percent(found.unknown)} | ${percent(found.holds)} |\n`,
    );
  }
  const worst = (parts: readonly number[]): string => percent(Math.max(...parts));
  totals.push(`| \`${name}\` | ${alarms.length} | ${worst(alarms)} | ${misses.length} | ${worst(misses)} |`);
}
process.stdout.write(
  `\n| criterion | kinds that are well | most false alarms | kinds that are broken | most misses |\n| --- | --- | --- | --- | --- |\n${totals.join("\n")}\n`,
);
