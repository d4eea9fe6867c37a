import { canonicalBytes } from "../../evidence/canonical.ts";
import { sha256 } from "../../evidence/digest.ts";
import { type Envelope, envelopeSchema, payloadOf, seal, signedBy } from "../../evidence/envelope.ts";
import type { SigningKey, VerifyingKey } from "../../evidence/keys.ts";
import { payloadType, statementType } from "../../evidence/statement.ts";
import { Failure } from "../../lib/failure.ts";
import { parseJson } from "../../lib/json.ts";
import { manifestKey, signatureKey } from "../store/names.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { Entry } from "./inventory.ts";
import type { Head } from "./manifest.ts";

/** Type of the predicate: what a backup is, for the stack and the recipients that it is for. */
export const backupPredicateType = "https://optropic.example/evidence/backup/v1";

/** Whose signatures count. */
export interface Trust {
  /** Without any, no signature can be checked. */
  keys: readonly VerifyingKey[];
  /** Take a backup without a signature, although there are keys. */
  acceptUnsigned: boolean;
  /** The stack that a signed backup must be of. */
  stack: string;
}

/** What is known of the signature of a backup. */
export type Signature =
  | { state: "signed"; keyIds: readonly string[] }
  | { state: "unsigned" }
  /** There is a signature, and no key to check it with. */
  | { state: "unchecked" };

const maximumBytes = 64 * 1024;

type Source = Pick<ObjectStore, "size" | "read">;

/** The text of the signature of a backup, an envelope of DSSE with an in-toto statement. */
export function signBackup(manifest: Head, key: SigningKey): string {
  return `${JSON.stringify(seal(payloadType, statementOf(manifest), key))}\n`;
}

/**
 * Checks the signature of a backup. It covers the manifest, which has the digests of the dump, the name of the
 * backup, its stack and its recipients: a backup that was edited, renamed or put in the place of another has none.
 *
 * @throws {Failure} `failed`, when there are trusted keys and none of them signed the backup
 */
export async function checkSignature(store: Source, manifest: Head, trust: Trust): Promise<Signature> {
  const text = await readSignature(store, manifest.key);
  const problem = problemOf(text, manifest, trust);
  if (problem !== undefined) throw new Failure("failed", `${manifest.key}: ${problem}`);
  if (text === undefined) return { state: "unsigned" };
  return trust.keys.length === 0 ? { state: "unchecked" } : signersOf(text, trust.keys);
}

/**
 * Checks the signature of a complete backup in a list, where there are trusted keys: one that a drill or a restore
 * would refuse counts as incomplete, with the reason.
 */
export async function checkListed(store: Source, entry: Entry, trust: Trust): Promise<Entry> {
  if (trust.keys.length === 0 || entry.manifest === undefined) return entry;
  const text = await readSignature(store, entry.key);
  const problem = problemOf(text, entry.manifest, trust);
  return problem === undefined ? entry : { ...entry, manifest: undefined, problem };
}

/** One sentence for people. */
export function describeSignature(signature: Signature): string {
  if (signature.state === "unsigned") return "The backup is unsigned: nothing shows who made it.";
  if (signature.state === "unchecked") {
    return "The signature of the backup was not checked: set evidence.publicKeys or EVIDENCE_PUBLIC_KEY.";
  }
  return `The backup is signed by the key ${signature.keyIds.map((id) => id.slice(0, 16)).join(", ")}.`;
}

/** Why a backup is not to be trusted; undefined when it may be. */
function problemOf(
  text: string | undefined,
  manifest: Head,
  { keys, acceptUnsigned, stack }: Trust,
): string | undefined {
  if (keys.length === 0) return undefined;
  if (text === undefined) {
    return acceptUnsigned
      ? undefined
      : "it is not signed, and the settings name keys that backups are signed with. If it was taken before they did, pass --accept-unsigned";
  }
  const envelope = envelopeOf(text);
  if (envelope === undefined) return distrust("it is not an envelope of an in-toto statement");
  if (signedBy(envelope, keys).state !== "signed") return distrust("none of the trusted keys made it");
  // The statement follows from the manifest, so there is nothing to read from a signed one.
  if (!Buffer.from(payloadOf(envelope)).equals(canonicalBytes(statementOf(manifest)))) {
    return distrust("it is of another manifest: this one was edited, renamed or put in its place");
  }
  // The names of backups do not tell stacks apart.
  if (manifest.stack !== stack) return distrust(`it is of the stack ${manifest.stack}, not ${stack}`);
  return undefined;
}

function distrust(reason: string): string {
  return `its signature does not hold, since ${reason}. Do not trust this backup; choose another with --backup or --at`;
}

function signersOf(text: string, keys: readonly VerifyingKey[]): Signature {
  const envelope = envelopeOf(text);
  const signed = envelope === undefined ? undefined : signedBy(envelope, keys);
  return signed?.state === "signed" ? signed : { state: "unchecked" };
}

function envelopeOf(text: string): Envelope | undefined {
  const { data } = envelopeSchema.safeParse(parseJson(text));
  return data?.payloadType === payloadType ? data : undefined;
}

function statementOf(manifest: Head): unknown {
  const { key, stack, takenAt, recipients, sealed, legacy = manifest } = manifest;
  return {
    _type: statementType,
    subject: [
      { name: key, digest: { sha256: sealed.sha256 } },
      { name: manifestKey(key), digest: { sha256: sha256(canonicalBytes(legacy)) } },
    ],
    predicateType: backupPredicateType,
    predicate: { stack, takenAt, recipients },
  };
}

async function readSignature(store: Source, key: string): Promise<string | undefined> {
  const name = signatureKey(key);
  const bytes = await store.size(name);
  return bytes === undefined ? undefined : store.read(name, maximumBytes);
}
