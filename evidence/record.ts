import { Buffer, isUtf8 } from "node:buffer";
import * as z from "zod";
import { Failure } from "../lib/failure.ts";
import { parseJson } from "../lib/json.ts";
import { canonicalBytes, isCanonical } from "./canonical.ts";
import { sha256 } from "./digest.ts";
import {
  type Envelope,
  envelopeSchema,
  payloadOf,
  type Signed,
  seal,
  signedBy,
  usualEnvelope,
} from "./envelope.ts";
import type { SigningKey, VerifyingKey } from "./keys.ts";
import {
  payloadType,
  predicateType,
  type Run,
  type Statement,
  statementSchema,
  statementType,
} from "./statement.ts";

/** The largest record that is read, in bytes. */
export const maximumRecordBytes = 8 * 1024 * 1024;

/** One run as it is kept: a file whose name says when it ended and the digest of its bytes. */
export interface SealedRecord {
  name: string;
  bytes: Uint8Array;
  digest: string;
}

/** A record that was read and checked. */
export interface EvidenceRecord {
  name: string;
  digest: string;
  run: Run;
  signed: Signed;
}

/** `20261128T171500Z-<SHA-256>.json` */
export const recordName = /^(\d{8}T\d{6}Z)-([0-9a-f]{64})\.json$/;

/** Wraps a run as an in-toto Statement in an envelope, signed where a key is given. */
export function sealRun(run: Run, key: SigningKey | undefined): SealedRecord {
  const statement: Statement = {
    _type: statementType,
    subject: subjectsOf(run),
    predicateType,
    predicate: run,
  };
  const checked = statementSchema.safeParse(statement);
  if (!checked.success) {
    throw new Failure(
      "failed",
      `The evidence of this ${run.kind} cannot be written: ${z.prettifyError(checked.error)}`,
    );
  }
  const bytes = canonicalBytes(seal(payloadType, checked.data, key));
  if (bytes.length > maximumRecordBytes) {
    throw new Failure(
      "refused",
      `The evidence of this ${run.kind} has ${bytes.length} bytes, and the limit is ${maximumRecordBytes}`,
    );
  }
  const digest = sha256(bytes);
  return { name: `${compact(run.finishedAt)}-${digest}.json`, bytes, digest };
}

/**
 * Reads a record and checks that its name says what it is, and who signed it.
 *
 * @throws {Failure} `failed`, when it is not the record that its name says
 */
export function readRecord(
  name: string,
  bytes: Uint8Array,
  trusted: readonly VerifyingKey[],
): EvidenceRecord {
  const { record, envelope, payload } = openRecord(name, bytes);
  return { ...record, signed: signedBy(envelope, trusted, payload) };
}

/**
 * Reads a record and checks all but its signatures.
 *
 * @returns the record, whose signatures count as nobody's until they are checked
 * @throws {Failure} `failed`, when it is not the record that its name says
 */
export function openRecord(
  name: string,
  bytes: Uint8Array,
): { record: EvidenceRecord; envelope: Envelope; payload: Uint8Array } {
  const [, moment, digest] = recordName.exec(name) ?? [];
  if (moment === undefined || digest === undefined) throw invalid(name, "its name is not that of a record");
  if (bytes.length > maximumRecordBytes) {
    throw invalid(name, `it has ${bytes.length} bytes, and the limit is ${maximumRecordBytes}`);
  }
  if (sha256(bytes) !== digest)
    throw invalid(name, "its bytes are not those that its name says: it was changed");
  const { envelope, bytes: payload } = envelopeIn(name, utf8(name, bytes));
  const text = utf8(name, payload);
  const value = parseJson(text);
  if (value === undefined) throw invalid(name, "its payload is not JSON");
  const statement = statementSchema.safeParse(value);
  if (!statement.success) throw invalid(name, z.prettifyError(statement.error));
  if (!isCanonical(text, value)) throw notCanonical(name);
  const run = statement.data.predicate;
  if (compact(run.finishedAt) !== moment)
    throw invalid(name, `it ended at ${run.finishedAt}, not when its name says`);
  if (JSON.stringify(statement.data.subject) !== JSON.stringify(subjectsOf(run))) {
    throw invalid(name, "its subject is not what its predicate is about");
  }
  const end = Date.parse(run.finishedAt);
  if (Date.parse(run.startedAt) > end) throw invalid(name, "it ended before it started");
  const late = run.results.find(({ at }) => at !== run.finishedAt && Date.parse(at) > end);
  if (late !== undefined)
    throw invalid(name, `${late.control.name} was found at ${late.at}, after the run had ended`);
  const signed: Signed = { state: envelope.signatures.length === 0 ? "unsigned" : "untrusted" };
  return { record: { name, digest, run, signed }, envelope, payload };
}

function subjectsOf(run: Run): Statement["subject"] {
  return [platformOf(run), ...partsOf(run)];
}

/** What a migration binds besides: the backup, and the migrations as a list. */
function partsOf({ migration }: Run): Statement["subject"] {
  if (migration === undefined) return [];
  const { backup, digest } = migration;
  return [
    { name: "migrations", digest: { sha256: digest } },
    ...(backup === undefined ? [] : [{ name: backup.name.slice(0, 300), digest: { sha256: backup.sha256 } }]),
  ];
}

function platformOf(run: Run): Statement["subject"][number] {
  const name = `${run.project}/${run.stack}`;
  if (run.commit !== undefined) return { name, digest: { gitCommit: run.commit } };
  return { name, digest: { sha256: run.settings ?? sha256(canonicalBytes(run.results)) } };
}

/** A moment in UTC without punctuation and fractions of a second, for a file's name. */
function compact(moment: string): string {
  return `${moment.slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

function envelopeIn(name: string, text: string): { envelope: Envelope; bytes: Uint8Array } {
  const usual = usualEnvelope(text);
  if (usual !== undefined) {
    ofOurType(name, usual.envelope);
    return usual;
  }
  const value = parseJson(text);
  if (value === undefined) throw invalid(name, "it is not JSON");
  const envelope = envelopeSchema.safeParse(value);
  if (!envelope.success) throw invalid(name, z.prettifyError(envelope.error));
  const found = ofOurType(name, envelope.data);
  if (!isCanonical(text, value)) throw notCanonical(name);
  return { envelope: found, bytes: payloadOf(found) };
}

function ofOurType(name: string, envelope: Envelope): Envelope {
  if (envelope.payloadType === payloadType) return envelope;
  const type = JSON.stringify(envelope.payloadType);
  throw invalid(name, `its payload is of the type ${type}, not ${payloadType}`);
}

/** One value has one form, so that no two readers see different things in the same bytes. */
function notCanonical(name: string): Failure {
  return invalid(name, "it is not canonical JSON (RFC 8785)");
}

/** Bytes that are no UTF-8 would become a text that other bytes have, too. */
function utf8(name: string, bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw invalid(name, "it is not UTF-8");
  return Buffer.from(bytes).toString("utf8");
}

function invalid(name: string, reason: string): Failure {
  return new Failure("failed", `${name} is not a valid record: ${reason}`);
}
