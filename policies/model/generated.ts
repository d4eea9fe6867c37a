import {
  type AnyValue,
  type Finding,
  judge,
  known,
  type Resource,
  type Stack,
  type Verdict,
  violation,
} from "../framework/index.ts";
import { type Generator, isGenerator } from "./generators.ts";
import { isGiven } from "./given.ts";
import { privateKey, random } from "./tokens.ts";
import { declaredVariables, type Variable } from "./variables.ts";

/** A variable whose name is known, with where its value comes from. */
export interface NamedVariable {
  readonly name: string;
  readonly resource: Resource;
  readonly value: AnyValue;
  /** Resources whose outputs the value is made from; with its neighbours' where it is not `alone`. */
  readonly sources: readonly Resource[];
  /** Whether the sources are its own: Pulumi knows them by top-level property only. */
  readonly alone: boolean;
  /** Characters of what the host itself makes up, where it does. */
  readonly hostGenerated: number | undefined;
  /** Sources of the variables of that name that stand alone, on whatever host. */
  readonly elsewhere: ReadonlySet<Resource>;
  /**
   * Random resources that generate the value; empty if this stack does not generate it, undefined where that
   * cannot be told yet.
   */
  readonly generators: readonly Generator[] | undefined;
}

/** Judges each variable of that name, on whatever host; a stack without any violates the requirement. */
export function judgeNamed(
  stack: Stack,
  name: string,
  test: (variable: NamedVariable) => true | string,
): Finding[] {
  const { variables, undecided } = variablesNamed(stack, name);
  if (variables.length + undecided.length === 0) {
    return [violation(`No host has the variable ${name}.`)];
  }
  const verdict = (variable: NamedVariable): Verdict => {
    const found = test(variable);
    return found === true || { found, at: variable.value };
  };
  return [...variables.map((variable) => judge(variable.resource, () => verdict(variable))), ...undecided];
}

/** The variables of that name, and a finding for each whose name is unknown. */
export function variablesNamed(
  stack: Stack,
  name: string,
): { variables: NamedVariable[]; undecided: Finding[] } {
  const variables: Variable[] = [];
  const undecided: Finding[] = [];
  for (const variable of declaredVariables(stack)) {
    const finding = judge(variable.resource, () => variable.name() === name || "It has another name.");
    if (finding.answer === "holds") {
      variables.push(variable);
    } else if (finding.answer === "unknown") {
      undecided.push(finding);
    }
  }
  const located = variables.map((variable) => locate(name, variable));
  const elsewhere = new Set(located.filter(({ alone }) => alone).flatMap(({ sources }) => sources));
  return {
    variables: located
      .map((variable) => ({ ...variable, elsewhere }))
      .map((variable) => ({ ...variable, generators: generatorsOf(variable) })),
    undecided,
  };
}

function locate(name: string, variable: Variable) {
  const held = written(variable);
  return {
    name,
    resource: variable.resource,
    value: held,
    sources: variable.sources ?? variable.resource.sourcesOf(held),
    alone: held.path.length === 1 && variable.isPart !== true,
    hostGenerated: variable.generatedLength,
  };
}

/** What generates the value of a variable that production does not have; undefined where that cannot be told. */
export function generatorsOfOther(
  name: string,
  variable: Variable,
  elsewhere: ReadonlySet<Resource>,
): readonly Generator[] | undefined {
  return generatorsOf({ ...locate(name, variable), elsewhere });
}

/** The value, or the one that cannot be read back. */
function written({ value, writeOnly }: Variable): AnyValue {
  return writeOnly !== undefined && !isGiven(value) && isGiven(writeOnly) ? writeOnly : value;
}

/** Passwords and tokens that the stack makes up. */
export const generatedPasswords = (stack: Stack): Generator[] =>
  stack.ofType(random.password, random.bytes).filter((generator) => isGenerator(generator));

/** How much of it is made up. */
export const lengthOf = (generator: Generator): AnyValue => generator.at("length");

/**
 * In a map of variables Pulumi knows the sources of the map, not of each variable. There the value tells,
 * once it is known, and before that the sources of the same variable where it stands alone.
 */
function generatorsOf({
  name,
  value,
  sources,
  alone,
  elsewhere,
}: Omit<NamedVariable, "generators">): readonly Generator[] | undefined {
  const candidates = sources.filter(isGenerator);
  if (alone || candidates.length === 0) {
    return candidates;
  }
  const text = value.isUnknown ? undefined : value.string();
  if (text !== undefined) {
    return candidates.filter((candidate) => generatedTexts(candidate).some((part) => text.includes(part)));
  }
  const shared = candidates.filter((candidate) => elsewhere.has(candidate));
  return shared.length > 0 ? shared : namedLike(candidates, name);
}

/** Before the first update the name of a generator alone says which of the variables it is for. */
function namedLike(candidates: readonly Generator[], name: string): readonly Generator[] | undefined {
  const wanted = lettersOf(name);
  const like = candidates.filter((candidate) => lettersOf(candidate.name).endsWith(wanted));
  const [shortest, ...others] = like.toSorted((one, other) => one.name.length - other.name.length);
  return shortest !== undefined && others.every(({ name: longer }) => longer.length > shortest.name.length)
    ? [shortest]
    : undefined;
}

const lettersOf = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");

function generatedTexts(generator: Resource): string[] {
  return ["result", "hex", "base64", "b64Std", "b64Url", "privateKeyPem"]
    .flatMap((name) => generator.outputTexts(name))
    .filter((text) => text !== "");
}

/** The shortest private key is Ed25519's: its PEM has 119 characters and 256 bits of entropy. */
const pemLength = 119;
const keyBits = 256;
/**
 * Whether the value is that of an import. Such a resource has the value as its id, as the program gives it; the
 * provider gives every other the id `none`.
 */
export function isImported(generator: Generator): boolean {
  const [id] = generator.outputTexts("id");
  return id !== undefined && id !== "" && generator.outputTexts("result").includes(id);
}

/**
 * Whether Pulumi's state, its output and its previews show what it makes up. A RandomString is a RandomPassword whose
 * result is not a secret; what is made from it can be wrapped as one, and its own result stays as it is.
 *
 * Source: https://www.pulumi.com/registry/packages/random/api-docs/randomstring/
 */
export const isShown = (generator: Generator): boolean =>
  generator.type === random.string && !generator.secretOutputs.includes("result");

/** Fewest characters and bytes of a secret: fewer tell one thing from another, such as the buckets of two stages. */
const shortestSecret = 16;
const fewestBytes = 8;

/** Whether it makes up a secret, and not what names are told apart by. */
export function makesSecret(resource: Resource): boolean {
  if (!isGenerator(resource) || resource.type === random.uuid) return false;
  const [size, least] = resource.is(random.string)
    ? [known(() => resource.at("length").number()), shortestSecret]
    : resource.is(random.id)
      ? [known(() => resource.at("byteLength").number()), fewestBytes]
      : [];
  return size === undefined || least === undefined || size >= least;
}

/** Fewest characters of what a random resource generates. Throws UnknownRead. */
export function generatedLength(generator: Generator): number {
  if (generator.type === privateKey) {
    return pemLength;
  }
  if (generator.type === random.uuid) {
    return 36;
  }
  const length = generator.at("length").number() ?? generator.at("byteLength").number() ?? 0;
  // Bytes are written in base64, four characters for three, or longer.
  return generator.type === random.bytes || generator.type === random.id
    ? Math.ceil((length * 4) / 3)
    : length;
}

/** Bits of entropy of what a random resource generates, by its length and alphabet. Throws UnknownRead. */
export function generatedBits(generator: Generator): number {
  if (generator.type === privateKey) {
    return keyBits;
  }
  if (generator.type === random.uuid) {
    return 122;
  }
  const length = generator.at("length").number() ?? generator.at("byteLength").number() ?? 0;
  return generator.type === random.bytes || generator.type === random.id
    ? length * 8
    : length * Math.log2(alphabetSize(generator));
}

function alphabetSize(generator: Generator): number {
  const isIn = (name: "lower" | "upper" | "numeric" | "special") => generator.at(name).boolean() !== false;
  const special = generator.at("overrideSpecial").string();
  // Without a list of its own, the provider has 21 of them.
  const specials = special ? new Set(special).size : 21;
  const isNumeric = isIn("numeric") && generator.at("number").boolean() !== false;
  return Math.max(
    1,
    (isIn("lower") ? 26 : 0) +
      (isIn("upper") ? 26 : 0) +
      (isNumeric ? 10 : 0) +
      (isIn("special") ? specials : 0),
  );
}
