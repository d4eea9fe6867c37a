import {
  type Finding,
  judge,
  type Resource,
  type Stack,
  type Value,
  type Verdict,
  violation,
} from "../framework/index.ts";
import { random } from "./tokens.ts";
import { declaredVariables, type Variable } from "./variables.ts";

/** A variable whose name is known, with where its value comes from. */
export interface NamedVariable {
  readonly name: string;
  readonly resource: Resource;
  readonly value: Value;
  /** Resources whose outputs the value is made from; with its neighbours' where it is not `alone`. */
  readonly sources: readonly Resource[];
  /** Whether the sources are its own: Pulumi knows them by top-level property only. */
  readonly alone: boolean;
  /** Sources of the variables of that name that stand alone, on whatever host. */
  readonly elsewhere: ReadonlySet<Resource>;
  /**
   * Random resources that generate the value; none if it is not generated in this stack, undefined where
   * that cannot be told yet.
   */
  readonly generators: readonly Resource[] | undefined;
}

/** Judges each variable of that name, on whatever host; none at all is a violation. */
export function judgeNamed(
  stack: Stack,
  name: string,
  test: (variable: NamedVariable) => Verdict,
): Finding[] {
  const { variables, undecided } = variablesNamed(stack, name);
  if (variables.length + undecided.length === 0) {
    return [violation(`No host has the variable ${name}.`)];
  }
  return [...variables.map((variable) => judge(variable.resource, () => test(variable))), ...undecided];
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
  const located = variables.map(({ resource, entry, value }) => {
    const held = written(value, entry);
    return {
      name,
      resource,
      value: held,
      sources: resource.dependenciesOf(held.path[0] ?? ""),
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
function written(value: Value, entry: Value): Value {
  const writeOnly = entry.at("valueWo");
  return !value.isUnknown && !value.exists && (writeOnly.isUnknown || writeOnly.exists) ? writeOnly : value;
}

export function isGenerator({ type }: Resource): boolean {
  return type === random.password || type === random.string || type === random.bytes;
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
}: Omit<NamedVariable, "generators">): readonly Resource[] | undefined {
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
export function generatedLength(generator: Resource): number {
  const length = generator.at("length").number() ?? 0;
  // Bytes are written in base64, four characters for three, or longer.
  return generator.type === random.bytes ? Math.ceil((length * 4) / 3) : length;
}
