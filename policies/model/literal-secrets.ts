import type { Value } from "../framework/index.ts";
import { findCredential, isReference } from "./secret-formats.ts";
import { isConnectionName, isPasswordName, isSecretName } from "./secret-names.ts";

/** Deeper inputs are not looked into. */
const maximumDepth = 30;

/**
 * What is a secret among the inputs and written in the program: a credential that its form gives away, or a
 * known text under the name of a secret. What `isSupplied` from outside the program is not written in it,
 * and a value that is unknown comes from another resource. The messages name the input, never its value.
 */
export function literalSecrets(
  inputs: Value,
  isSupplied: (text: string) => boolean,
  name = "",
  depth = 0,
): string[] {
  if (inputs.isUnknown || depth > maximumDepth) {
    return [];
  }
  const text = inputs.string();
  if (text !== undefined) {
    const kind = literalKind(text, name, isSupplied);
    const inside = text.startsWith("{") ? inputs.json().entries() : [];
    return [
      ...(kind === undefined ? [] : [`${inputs.path.join(".")} is ${kind} that is written in the program.`]),
      ...inside.flatMap(([key, value]) => literalSecrets(value, isSupplied, key, depth + 1)),
    ];
  }
  const elements = inputs.items();
  if (elements.length > 0) {
    return elements.flatMap((element) => literalSecrets(element, isSupplied, name, depth + 1));
  }
  const label = labelOf(inputs);
  return inputs
    .entries()
    .filter(([key]) => !key.startsWith("__"))
    .flatMap(([key, value]) => {
      const holder = valueKeys.has(key) ? (label ?? name) : key;
      return literalSecrets(value, isSupplied, holder, depth + 1);
    });
}

/** Keys under which the value of something named is found. */
const valueKeys: ReadonlySet<string> = new Set(["value", "valueWo", "content", "default"]);

/** The name beside a value, as in `{ key: "JWT_SECRET", value: … }`. */
function labelOf(entry: Value): string | undefined {
  for (const key of ["key", "name"]) {
    const label = entry.at(key);
    const text = label.isUnknown ? undefined : label.string();
    if (text !== undefined) {
      return text;
    }
  }
  return undefined;
}

function literalKind(text: string, name: string, isSupplied: (text: string) => boolean): string | undefined {
  if (text === "" || isSupplied(text)) {
    return undefined;
  }
  const credential = findCredential(text);
  if (credential !== undefined) {
    return isSupplied(credential.secret) ? undefined : credential.kind;
  }
  const secret =
    isSecretName(name) &&
    !isConnectionName(name) &&
    !isReference(text) &&
    (isPasswordName(name) || text.length >= 8);
  return secret ? "a secret" : undefined;
}
