import { readSigningKey, readVerifyingKey, type SigningKey, type VerifyingKey } from "../../evidence/keys.ts";
import { Failure } from "../../lib/failure.ts";
import type { Trust } from "../../operations/archive/signature.ts";

/** The most public keys that the environment may name. */
const maximumKeys = 20;

/**
 * Whose signatures of backups count: the keys of `EVIDENCE_PUBLIC_KEY`, or else those of the settings.
 *
 * @throws {Failure} `refused`, when a key cannot be read
 */
export function readTrust(
  declared: readonly string[],
  { stack, acceptUnsigned }: { stack: string; acceptUnsigned: boolean },
  environment: NodeJS.ProcessEnv,
): Trust {
  return { keys: readTrusted(declared, environment), acceptUnsigned, stack };
}

/**
 * The keys of `EVIDENCE_PUBLIC_KEY`, or else those of the settings.
 *
 * @throws {Failure} `refused`, when a key cannot be read
 */
export function readTrusted(
  declared: readonly string[],
  { EVIDENCE_PUBLIC_KEY: given = "" }: NodeJS.ProcessEnv,
): VerifyingKey[] {
  const texts = given.trim() === "" ? declared : keysIn(given);
  if (texts.length > maximumKeys) {
    throw new Failure("refused", `EVIDENCE_PUBLIC_KEY has more than ${maximumKeys} keys`);
  }
  return texts.map(readVerifyingKey);
}

/**
 * The key of `EVIDENCE_SIGNING_KEY`, which signs backups; undefined without one.
 *
 * @throws {Failure} `refused`, when it is not a key; the message never quotes it
 */
export function readSigner({ EVIDENCE_SIGNING_KEY: text }: NodeJS.ProcessEnv): SigningKey | undefined {
  return text === undefined || text.trim() === "" ? undefined : readSigningKey(text);
}

/** Several keys are separated by spaces, commas or lines; one in PEM stands alone. */
function keysIn(text: string): string[] {
  return text.includes("-----BEGIN") ? [text] : text.split(/[\s,]+/).filter((key) => key !== "");
}
