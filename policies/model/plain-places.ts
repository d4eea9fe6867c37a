import { type AnyValue, fault, known, type Resource, type Verdict } from "../framework/index.ts";
import { isGenerator } from "./generators.ts";
import { isPublicToken } from "./secret-formats.ts";
import { isSecretName } from "./secret-names.ts";
import { postgresql, random } from "./tokens.ts";

/**
 * Judges what is kept where it can be read again: it must not be a secret, by its name or since the stack makes it up.
 *
 * @param place what keeps it, and who reads it there, as the end of a sentence.
 */
export function judgePlain(name: string, value: AnyValue, place: string, fix: string): Verdict {
  const text = known(() => value.string());
  if (text === "" || (text !== undefined && isPublicToken(text))) return true;
  const { resource, path } = value;
  const isMade = path.length === 1 && resource.sourcesOf(value).some(isSecretSource);
  return !(isSecretName(name) || isMade) || fault(value, `${name} is a secret, and ${place}.`, fix);
}

/** What these make up their provider shows everywhere, such as the end of a bucket's name. */
const shown: ReadonlySet<string> = new Set([random.string, random.id, random.uuid]);

const isSecretSource = (source: Resource): boolean =>
  (isGenerator(source) && !shown.has(source.type)) || source.is(postgresql.role);
