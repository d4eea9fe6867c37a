import { known, type Resource, type Stack, undecided } from "../framework/index.ts";
import type { NamedVariable } from "./generated.ts";
import { sentry, stackReference } from "./tokens.ts";

/** Keys at Sentry from which the variable's value, or its neighbours' in a map, is made. */
export function keysBehind({ sources }: Pick<NamedVariable, "sources">): Resource[] {
  return sources.filter((source) => source.is(...sentry.key));
}

/**
 * Whether a variable is the DSN of a key that the stack declares: by the known values of both, else by what
 * it is made from. In a map of variables Pulumi knows only the sources of the map; there the same variable
 * of another host, where it stands by itself, tells. Throws UnknownRead where nothing does.
 */
export function isDsnOfStack(stack: Stack, variable: NamedVariable): boolean {
  const text = known(() => variable.value.string());
  if (text !== undefined) {
    return stack.ofType(...sentry.key).some((key) => dsns(key).includes(text));
  }
  const keys = keysBehind(variable);
  if (keys.length === 0) {
    return false;
  }
  const isOwn = !variable.sources.some((source) => source.is(stackReference));
  return (
    variable.alone || keys.some((key) => variable.elsewhere.has(key)) || isOwn || undecided(variable.value)
  );
}

/** The DSNs of a key that exists; as one map, or each by itself in older packages. */
function dsns(key: Resource): string[] {
  return ["dsn", "dsnPublic"].flatMap((output) => key.outputTexts(output));
}
