import { parseJson } from "../../lib/json.ts";
import type { Change } from "./changes.ts";
import { removed, replaced, unknownValue } from "./edits.ts";
import { textChanges } from "./texts.ts";

/** A change at a path of the inputs of a resource. */
export interface Mutation extends Change {
  readonly path: readonly string[];
  /** The path with what is inside a document in a text. */
  readonly shown: readonly string[];
}

/** Every mutation of those inputs, by the type of each value in them. */
export function* mutations(inputs: unknown, inDocument = false): Generator<Mutation> {
  yield* below(inputs, [], inDocument);
}

function* below(value: unknown, path: readonly string[], inDocument: boolean): Generator<Mutation> {
  if (path.length > 0) {
    for (const change of changes(value, path)) yield { ...change, path, shown: path };
    if (!inDocument && path.length === 1) yield { operator: "unknown", to: unknownValue, path, shown: path };
  }
  if (typeof value === "object" && value !== null) {
    for (const [key, child] of Object.entries(value)) yield* below(child, [...path, key], inDocument);
  } else if (typeof value === "string" && /^[[{]/.test(value)) {
    const document = parseJson(value);
    if (typeof document !== "object") return;
    for (const { shown, path: inner, to, ...change } of mutations(document, true)) {
      const text = JSON.stringify(replaced(document, inner, to));
      yield { ...change, note: change.note ?? shownValue(to), to: text, path, shown: [...path, ...shown] };
    }
  }
}

function* changes(value: unknown, path: readonly string[]): Generator<Change> {
  yield { operator: "remove", to: removed };
  if (value === unknownValue) {
    yield { operator: "reroute", to: "elsewhere-7f3a9c" };
  } else if (typeof value === "boolean") {
    yield { operator: "weaken", to: !value };
  } else if (typeof value === "number") {
    yield { operator: "widen", to: value === 0 ? 1000 : value * 1000 };
    if (value !== 0) yield { operator: "weaken", to: 0 };
  } else if (typeof value === "string") {
    yield* everyText(value, path);
  } else if (Array.isArray(value)) {
    if (value.length > 0) yield { operator: "empty", to: [] };
    if (value.every((item) => typeof item === "string")) yield { operator: "add", to: [...value, "*"] };
  } else if (typeof value === "object" && value !== null && Object.keys(value).length > 0) {
    yield { operator: "empty", to: {} };
  }
}

function* everyText(text: string, path: readonly string[]): Generator<Change> {
  if (text !== "") yield { operator: "empty", to: "" };
  yield { operator: "rename", to: `${text}-other` };
  if (text.length < 200) yield { operator: "rename", to: `${text} ` };
  for (const change of textChanges(text, path)) {
    if (change.to !== text) yield change;
  }
}

/** A new value in a line of the report. */
export function shownValue(value: unknown): string {
  if (value === removed) return "nothing";
  if (value === unknownValue) return "unknown";
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
