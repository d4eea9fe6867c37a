import { itemStates, stateWords } from "../../checklist/coverage.ts";
import type { Painter } from "../../lib/paint.ts";
import { wrapped } from "../../lib/wrap.ts";
import type { PreviewDocument } from "../document/document.ts";
import { ownPolicies } from "./checklist-words.ts";
import { unknownWords } from "./state-words.ts";
import type { View } from "./view.ts";

const marks = { passed: "✓", violated: "✗", waived: "~", unknown: "?", elsewhere: "?", left: "·" } as const;

/** Every item of the checklist with its own words and its state, by section. */
export function renderItems(document: PreviewDocument, { width, measured }: View, paint: Painter): string[] {
  const states = itemStates(ownPolicies(document.policies));
  const unknown = unknownWords(document);
  const paints = {
    passed: paint.green,
    violated: paint.red,
    waived: paint.yellow,
    unknown: paint.yellow,
    elsewhere: paint.yellow,
    left: paint.dim,
  } as const;
  const widest = Math.max(...states.map(({ item }) => item.id.length));
  return [
    paint.bold(`Checklist (${states.length} items):`),
    ...[...Map.groupBy(states, ({ item }) => item.section)].flatMap(([section, entries]) => [
      `  ${paint.bold(section)}`,
      ...entries.flatMap((entry) => {
        const { id, text } = entry.item;
        const isVerified = entry.state !== "passed" || entry.needs.length === 0;
        const mark = isVerified ? paints[entry.state](marks[entry.state]) : paint.yellow("◐");
        const indent = " ".repeat(widest + 7);
        return wrapped(
          `${text} [${stateWords(entry, unknown, measured)}]`,
          width,
          `    ${mark} ${id.padEnd(widest)} `,
          indent,
        );
      }),
    ]),
  ];
}
