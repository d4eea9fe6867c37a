import type { ResourceOf, Value } from "../framework/index.ts";
import { remembered } from "../values/remembered.ts";

/** A text among the inputs of a resource, or a part of them that is unknown, with what it is called there. */
export interface NamedInput {
  readonly value: Value;
  /** The name that says what it is: the property's, or of a variable the variable's. */
  readonly name: string;
  /** Its own key; empty in a list. */
  readonly property: string;
  /** Whether it is the value of something named, such as a variable, rather than a property. */
  readonly labelled: boolean;
}

/** Deeper inputs are not looked into. */
const maximumDepth = 30;

/** Keys under which the value of something named is found. */
const valueKeys: ReadonlySet<string> = new Set(["value", "plaintextValue", "text"]);

/**
 * What a property is about: one that is only written, such as `passwordWo`, is the same as the one that a provider
 * reads back. Its version, such as `passwordWoVersion`, is no part of it.
 */
const readName = remembered((property) => property.replace(/(?<=[a-z\d])(?:Wo|_wo|WriteOnly)$/, ""));

/** Inputs of resources that were looked through, which more than one policy asks for. */
const walked = new WeakMap<object, readonly NamedInput[]>();

/** Every text and every unknown part of a resource's inputs, also those inside JSON documents. */
export function namedInputs(resource: ResourceOf<unknown>): readonly NamedInput[] {
  const known = walked.get(resource);
  if (known !== undefined) {
    return known;
  }
  const inputs: NamedInput[] = [];
  walk({ value: resource.at(), name: "", property: "", labelled: false }, 0, inputs);
  walked.set(resource, inputs);
  return inputs;
}

/** How a JSON document begins that holds anything: to try one that is none, such as a template, costs an error. */
const document = /^\s*(?:\{\s*"|\[\s*["[{\dtfn-])/;

/** Adds what is in an input to those that were found. */
function walk(input: NamedInput, depth: number, found: NamedInput[]): void {
  const { value } = input;
  if (value.isUnknown) {
    found.push(input);
    return;
  }
  if (depth > maximumDepth) {
    return;
  }
  const text = value.string();
  if (text !== undefined) {
    found.push(input);
    // Most are texts without anything in them.
    if (!document.test(text)) return;
  }
  const { name, labelled } = input;
  const whole = text === undefined ? value : value.json();
  for (const item of whole.items()) {
    walk({ value: item, name, property: "", labelled }, depth + 1, found);
  }
  for (const part of properties(whole, name)) {
    walk(part, depth + 1, found);
  }
}

function properties(value: Value, name: string): NamedInput[] {
  const entries = value.entries().filter(([key]) => !key.startsWith("__"));
  // To look for a label costs a read of each of its names.
  const label = entries.some(([key]) => valueKeys.has(readName(key))) ? (labelOf(value) ?? name) : "";
  return entries.map(([key, child]) => {
    const property = readName(key);
    const isValue = valueKeys.has(property) && label !== "";
    return { value: child, name: isValue ? label : property, property, labelled: isValue };
  });
}

/** The name beside a value, as in `{ key: "JWT_SECRET", value: … }`. */
function labelOf(entry: Value): string | undefined {
  for (const key of ["key", "secretName", "variableName", "keyName", "name"]) {
    const label = entry.at(key);
    const text = label.isUnknown ? undefined : label.string();
    if (text !== undefined) {
      return text;
    }
  }
  return undefined;
}
