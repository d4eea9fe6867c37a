import type { AnyValue } from "../framework/index.ts";
import type { NamedInput } from "./named-inputs.ts";
import { findCredential, isReference } from "./secret-formats.ts";
import { isConnectionName, isPasswordName, isSecretName } from "./secret-names.ts";

/**
 * What kind of secret a known text is: a credential that its form gives away, or any text under the name of
 * a secret; undefined if it is not a secret, or if it was supplied from outside the program.
 */
export function literalKind(
  { value, name }: NamedInput,
  isSupplied: (text: string) => boolean,
): string | undefined {
  const text = value.isUnknown ? "" : (value.string() ?? "");
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

/**
 * Whether a known text is made from other resources that exist already. At an update, and at a preview after
 * one, what they gave is known and has to be told from what is written: by what is in it, or, as it may be a
 * digest or an encoding, by its being a secret as theirs are.
 */
export function isDerived(value: AnyValue): boolean {
  const existing = value.resource.sourcesOf(value).filter(({ id }) => id !== undefined);
  if (existing.length === 0) {
    return false;
  }
  const text = value.string() ?? "";
  const given = existing.flatMap((resource) => resource.outputTexts());
  return value.isSecret !== false || given.some((part) => part.length >= 8 && text.includes(part));
}

/**
 * Whether an input is expected to hold a secret by its name. An unknown one inside a property may be an
 * object with a secret in it, rather than the secret.
 */
export function isExpectedSecret({ value, name, labelled }: NamedInput): boolean {
  if (!(labelled ? isSecretName(name) : isPasswordName(name))) {
    return false;
  }
  if (value.isUnknown) {
    return labelled || value.path.length === 1;
  }
  const text = value.string() ?? "";
  return text !== "" && !isReference(text) && !(isConnectionName(name) && findCredential(text) === undefined);
}
