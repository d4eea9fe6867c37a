import { documentIn, isUnknown, type ResourceOf, type Value } from "../framework/index.ts";
import { remembered } from "../values/remembered.ts";

/** What an input is called. */
interface Naming {
  /** The name that says what it is: the property's, or of a variable the variable's. */
  readonly name: string;
  /** Its own key; empty in a list. */
  readonly property: string;
  /** Whether it is the value of something named, such as a variable, rather than a property. */
  readonly labelled: boolean;
}

/** Where an input is: among all of a resource, below another by a key, or the document that is the text of another. */
type Place =
  | { readonly of: ResourceOf<unknown> }
  | { readonly above: Place; readonly key: string }
  | { readonly text: Place };

/** A text among the inputs of a resource, or a part of them that is unknown, with what it is called there. */
export class NamedInput implements Naming {
  readonly name: string;
  readonly property: string;
  readonly labelled: boolean;
  /** Undefined where it is unknown. */
  readonly text: string | undefined;
  readonly #place: Place;

  constructor({ name, property, labelled }: Naming, text: string | undefined, place: Place) {
    this.name = name;
    this.property = property;
    this.labelled = labelled;
    this.text = text;
    this.#place = place;
  }

  /** Made where somebody asks: most inputs are told by their names and texts. */
  get value(): Value {
    return valueAt(this.#place);
  }
}

function valueAt(place: Place): Value {
  if ("of" in place) return place.of.at();
  if ("text" in place) return valueAt(place.text).json();
  return valueAt(place.above).as<Record<string, unknown>>().at(place.key);
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
  walk(resource.at().raw, { of: resource }, { name: "", property: "", labelled: false }, 0, inputs);
  walked.set(resource, inputs);
  return inputs;
}

/** How a JSON document begins that holds anything: to try one that is none, such as a template, costs an error. */
const document = /^\s*(?:\{\s*"|\[\s*["[{\dtfn-])/;

/** Adds what is in an input to those that were found. */
function walk(raw: unknown, place: Place, naming: Naming, depth: number, found: NamedInput[]): void {
  if (isUnknown(raw)) {
    found.push(new NamedInput(naming, undefined, place));
    return;
  }
  if (depth > maximumDepth) {
    return;
  }
  if (typeof raw !== "string") {
    walkInto(raw, place, naming, depth, found);
    return;
  }
  found.push(new NamedInput(naming, raw, place));
  // Most are texts without anything in them.
  if (document.test(raw)) walkInto(documentIn(raw), { text: place }, naming, depth, found);
}

/** Adds what is in a list or an object; nothing is in anything else. */
function walkInto(whole: unknown, above: Place, naming: Naming, depth: number, found: NamedInput[]): void {
  if (typeof whole !== "object" || whole === null) return;
  if (Array.isArray(whole)) {
    for (const [index, item] of whole.entries()) {
      const ofItem = { name: naming.name, property: "", labelled: naming.labelled };
      walk(item, { above, key: String(index) }, ofItem, depth + 1, found);
    }
    return;
  }
  const keys = Object.keys(whole).filter((key) => !key.startsWith("__"));
  // To look for a label costs a read of each of its names.
  const label = keys.some((key) => valueKeys.has(readName(key))) ? (labelOf(whole) ?? naming.name) : "";
  for (const key of keys) {
    const property = readName(key);
    const isValue = valueKeys.has(property) && label !== "";
    const ofPart = { name: isValue ? label : property, property, labelled: isValue };
    walk(Reflect.get(whole, key), { above, key }, ofPart, depth + 1, found);
  }
}

/** The name beside a value, as in `{ key: "JWT_SECRET", value: … }`. */
function labelOf(entry: object): string | undefined {
  for (const key of ["key", "secretName", "variableName", "keyName", "name"]) {
    const label: unknown = Object.hasOwn(entry, key) ? Reflect.get(entry, key) : undefined;
    if (typeof label === "string" && !isUnknown(label)) {
      return label;
    }
  }
  return undefined;
}
