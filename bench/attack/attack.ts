import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { deployedOf } from "../../test/policies/deployed.ts";
import { fixturesOf, recordedOf } from "../../test/policies/fixture.ts";
import { type RecordedStack, recordDelivery, recordPlatform } from "../../test/recording/stacks.ts";
import { type Addition, deliveryAdditions, platformAdditions } from "./beside.ts";
import { Court } from "./court.ts";
import { Equivalents } from "./equivalents.ts";
import { mutantsOf } from "./mutants.ts";

// Changes one thing of the platforms that pass, at every place and in every way that the operators know, has the pack
// judge each, and reports which it accepts: `node bench/attack/attack.ts [--only TEXT] [--output FILE]`.

const { values } = parseArgs({ options: { only: { type: "string" }, output: { type: "string" } } });

interface Count {
  refused: number;
  undecided: number;
  survived: number;
  equivalent: number;
  /** Accepted, and called equivalent only by an entry that was made from a list of what was accepted. */
  excused: number;
}

const equivalents = new Equivalents();
const survivors: string[] = [];
const killers = new Map<string, number>();
const before = new Set<string>();
const rows: (Count & { name: string })[] = [];

const production = await recordPlatform();
const delivery = await recordDelivery();
attack("production", production, platformAdditions);
attack("production, deployed", deployed(production), []);
attack("delivery", delivery, deliveryAdditions);

function attack(name: string, stack: RecordedStack, additions: readonly Addition[]): void {
  const court = new Court(stack);
  const count = { refused: 0, undecided: 0, survived: 0, equivalent: 0, excused: 0 };
  for (const { id, operator, types, make } of mutantsOf(stack, additions, before)) {
    before.add(id);
    if (values.only !== undefined && !id.includes(values.only)) continue;
    const equivalence = equivalents.find(id);
    if (equivalence === "equivalent") {
      count.equivalent += 1;
      continue;
    }
    const { resources, changed } = make();
    const { answer, policy = "" } = court.judge(resources, changed, types);
    if (answer === "refused") {
      count.refused += 1;
      killers.set(policy, (killers.get(policy) ?? 0) + 1);
    } else if (equivalence !== undefined) {
      count.excused += 1;
    } else if (answer === "undecided" || operator === "unknown") {
      // What is not known yet is no break: a deployment decides it, or nobody reads it.
      count.undecided += 1;
      if (operator !== "unknown") survivors.push(`undecided by ${policy}: ${id}`);
    } else {
      count.survived += 1;
      survivors.push(id);
    }
  }
  rows.push({ name, ...count });
}

/** The stack after its first update. */
function deployed({ resources, context }: RecordedStack): RecordedStack {
  return { resources: recordedOf(deployedOf(fixturesOf(resources))), context };
}

const lines = rows.map(({ name, refused, undecided, survived, equivalent, excused }) => {
  const all = refused + undecided + survived + equivalent + excused;
  const scores = [survived, survived + excused].map(
    (accepted) => `${((refused / (refused + accepted)) * 100).toFixed(1)} %`,
  );
  return `| ${[name, all, equivalent, undecided, refused, excused, survived, ...scores].join(" | ")} |`;
});
if (values.output !== undefined) writeFileSync(values.output, `${survivors.join("\n")}\n`);
else process.stdout.write(`${survivors.join("\n")}\n\n`);
process.stdout.write(
  `| platform | mutants | equivalent | decided later | refused | excused | accepted | score | with the excused as accepted |\n${"| --- ".repeat(9)}|\n${lines.join("\n")}\n`,
);
const unused = equivalents.unused();
if (values.only === undefined && unused.length > 0) {
  process.stdout.write(`\nNo mutant matches these entries of equivalents.json: ${unused.join(", ")}\n`);
}
