import type { AnyValue, Resource } from "../framework/index.ts";
import { looksRandom } from "../values/randomness.ts";
import type { NamedInput } from "./named-inputs.ts";
import { findCredential, isPublicToken, isReference } from "./secret-formats.ts";
import { isConnectionName, isPasswordName, isPublicName, isSecretName } from "./secret-names.ts";

/**
 * What kind of secret a known text is: a credential that its form gives away, or any text under the name of
 * a secret; undefined if it is not a secret, or if it was supplied from outside the program.
 */
export function literalKind(input: NamedInput, isSupplied: (text: string) => boolean): string | undefined {
  const { name, property, labelled, text = "" } = input;
  if (text === "" || isSupplied(text)) {
    return undefined;
  }
  if (isPublicToken(text)) {
    return undefined;
  }
  const credential = findCredential(text);
  if (credential !== undefined) {
    return isSupplied(credential.secret) ? undefined : credential.kind;
  }
  // GitHub's resources for secrets hold nothing else in their value.
  if (
    plaintextKeys.has(property) ||
    (property === "value" && /^github:.*Secret$/.test(input.value.resource.type))
  ) {
    return "a secret";
  }
  const secret =
    isSecretName(name) &&
    !isConnectionName(name) &&
    !isReference(text) &&
    (isPasswordName(name) || text.length >= 8);
  // A key of a vendor whose form is not known here is told by its being random.
  const key = /key$/i.test(name) && !isPublicName(name) && looksRandom(text);
  // A digest is written so too, and is called one.
  const digits = labelled && /^(?:[0-9a-f]{32}|[0-9a-f]{48,128})$/i.test(text) && !isDigestName(name);
  const random = (labelled || /^[A-Z][A-Z0-9_]*$/.test(name)) && isMadeUp(text) && !isDigestName(name);
  return secret || key || digits || random ? "a secret" : undefined;
}

/** Letters of both cases and digits by turns: what a person reads has them in words. */
function isMadeUp(text: string): boolean {
  if (!/^[\w+/=-]{24,}$/.test(text) || !looksRandom(text)) return false;
  const classes = [...text.replace(/[^A-Za-z0-9]/g, "")].map((character) =>
    /\d/.test(character) ? 0 : /[a-z]/.test(character) ? 1 : 2,
  );
  const turns = classes.filter((kind, place) => place > 0 && kind !== classes[place - 1]).length;
  return new Set(classes).size === 3 && turns / classes.length > 0.5;
}

const isDigestName = (name: string): boolean =>
  /(?:sha\d*|hash|digest|checksum|commit|revision|rev|version|release|build|ids?|etag|fingerprint|thumbprint|dsn|tag|ref)$/i.test(
    name,
  ) || isPublicName(name);

/** Properties that hold nothing but secrets, whatever they are called. */
const plaintextKeys: ReadonlySet<string> = new Set(["plaintextValue"]);

/**
 * Whether a known text is made from other resources that exist already. At an update, and at a preview after
 * one, what they gave is known and has to be told from what is written: by what is in it, or, as it may be a
 * digest or an encoding, by its being a secret as theirs are.
 */
export function isDerived(value: AnyValue): boolean {
  const existing = value.resource.sourcesOf(value).filter(exists);
  if (existing.length === 0) {
    return false;
  }
  const text = value.string() ?? "";
  const given = existing.flatMap((resource) => resource.outputTexts());
  return value.isSecret !== false || given.some((part) => part.length >= 8 && text.includes(part));
}

/** A resource has an id once it exists, but for those whose provider leaves it out; these have other outputs. */
function exists(resource: Resource): boolean {
  return resource.id !== undefined || resource.gave();
}

/**
 * Whether an input is expected to hold a secret by its name. An unknown one inside a property may be an
 * object with a secret in it, rather than the secret.
 */
export function isExpectedSecret(input: NamedInput): boolean {
  const { name, labelled, text } = input;
  if (!(labelled ? isSecretName(name) : isPasswordName(name))) {
    return false;
  }
  if (text === undefined) {
    return labelled || input.value.path.length === 1;
  }
  return text !== "" && !isReference(text) && !(isConnectionName(name) && findCredential(text) === undefined);
}
