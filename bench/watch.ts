import { judged } from "../test/metrics/support/judged.ts";
import { hoursOf } from "../test/metrics/support/traffic.ts";

/** Judges generated hours of each kind, and prints how often each verdict came: `node bench/watch.ts [runs]`. */
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
