import {
  type AnyValue,
  type Finding,
  judge,
  type PropertiesOf,
  type Resource,
  type ResourceOf,
  type Stack,
  type Verdict,
  violation,
} from "../framework/index.ts";
import { isGiven } from "./given.ts";
import { random } from "./tokens.ts";
import { declaredVariables, type Variable } from "./variables.ts";

/** A random resource, which makes up a value. */
export type Generator = ResourceOf<
  PropertiesOf<typeof random.password | typeof random.string | typeof random.bytes>
>;

/** A variable whose name is known, with where its value comes from. */
export interface NamedVariable {
  readonly name: string;
  readonly resource: Resource;
  readonly value: AnyValue;
  /** Resources whose outputs the value is made from; with its neighbours' where it is not `alone`. */
  readonly sources: readonly Resource[];
  /** Whether the sources are its own: Pulumi knows them by top-level property only. */
  readonly alone: boolean;
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
  const located = variables.map((variable) => {
    const held = written(variable);
    return {
      name,
      resource: variable.resource,
      value: held,
      sources: variable.resource.sourcesOf(held),
      alone: held.path.length === 1,
    };
  });
  const elsewhere = new Set(located.filter(({ alone }) => alone).flatMap(({ sources }) => sources));
  return {
    variables: located
      .map((variable) => ({ ...variable, elsewhere }))
      .map((variable) => ({ ...variable, generators: generatorsOf(variable) })),
    undecided,
  };
}

/** The value, or Vercel's write-only one. */
function written({ value, vercel }: Variable): AnyValue {
  const writeOnly = vercel?.at("valueWo");
  return writeOnly !== undefined && !isGiven(value) && isGiven(writeOnly) ? writeOnly : value;
}

export function isGenerator(resource: Resource): resource is Generator {
  return (
    resource.type === random.password || resource.type === random.string || resource.type === random.bytes
  );
}

/**
 * In a map of variables Pulumi knows the sources of the map, not of each variable. There the value tells,
 * once it is known, and before that the sources of the same variable where it stands alone.
 */
function generatorsOf({
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
  return shared.length > 0 ? shared : undefined;
}

function generatedTexts(generator: Resource): string[] {
  return ["result", "hex", "base64"]
    .flatMap((name) => generator.outputTexts(name))
    .filter((text) => text !== "");
}

/** Fewest characters of what a random resource generates. Throws UnknownRead. */
export function generatedLength(generator: Generator): number {
  const length = generator.at("length").number() ?? 0;
  // Bytes are written in base64, four characters for three, or longer.
  return generator.type === random.bytes ? Math.ceil((length * 4) / 3) : length;
}

/** Bits of entropy of what a random resource generates, by its length and alphabet. Throws UnknownRead. */
export function generatedBits(generator: Generator): number {
  const length = generator.at("length").number() ?? 0;
  return generator.type === random.bytes ? length * 8 : length * Math.log2(alphabetSize(generator));
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
