import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { Failure } from "../../lib/failure.ts";
import { type Patience, persist, TemporaryError } from "./persist.ts";

const mebibyte = 1024 * 1024;
const second = 1000;

/** S3 allows 10,000 parts, and every part but the last must have the same size at some stores. */
const mostParts = 10_000;
const smallestPart = 8 * mebibyte;
/** Two parts are in memory at a time. */
const atOnce = 2;

/** The slowest connection that an upload is expected to have, in bytes a second. */
const slowest = 64 * 1024;

/** What an object has beside its bytes, such as its lock. */
export interface ObjectFields {
  ObjectLockMode?: "COMPLIANCE";
  ObjectLockRetainUntilDate?: Date;
  ChecksumAlgorithm?: "CRC32";
}

export interface UploadOptions {
  client: S3Client;
  bucket: string;
  key: string;
  fields: ObjectFields;
  patience: Patience;
  signal: AbortSignal;
  /** Called when the upload fails, before its body is closed, so that nobody waits for more of it. */
  failed?: ((error: unknown) => void) | undefined;
}

/** Size of the parts of an upload, in bytes: larger than 8 MiB when more than 71 GiB are expected. */
export function partBytes(expectedBytes: number): number {
  return Math.max(smallestPart, Math.ceil((expectedBytes * 1.1) / mostParts));
}

/** Time limit for sending so many bytes, in milliseconds. */
export function limitFor(bytes: number): number {
  return 60 * second + Math.ceil(bytes / slowest) * second;
}

/** Cuts a stream into parts of one size, the last of which may be shorter. An empty stream has one empty part. */
export async function* partsOf(body: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Buffer> {
  let chunks: Uint8Array[] = [];
  let length = 0;
  let count = 0;
  for await (let chunk of body) {
    while (length + chunk.length > bytes) {
      const head = chunk.subarray(0, bytes - length);
      yield Buffer.concat([...chunks, head], bytes);
      count += 1;
      chunk = chunk.subarray(head.length);
      chunks = [];
      length = 0;
    }
    chunks.push(chunk);
    length += chunk.length;
  }
  if (length > 0 || count === 0) yield Buffer.concat(chunks, length);
}

/**
 * Uploads parts as one object. A part that fails is sent again by itself. When the upload fails, what the store
 * has of it is removed.
 */
export async function uploadParts(options: UploadOptions, parts: AsyncIterable<Buffer>): Promise<void> {
  const { client, bucket, key, fields, patience, signal } = options;
  const object = { Bucket: bucket, Key: key };
  const what = `store ${key}`;
  const { UploadId } = await persist(patience, { what, limitMs: limitFor(0), signal }, (abortSignal) =>
    client.send(new CreateMultipartUploadCommand({ ...object, ...fields }), { abortSignal }),
  );
  if (UploadId === undefined) throw new Failure("failed", `The store began no upload of ${key}`);
  try {
    const sent = await sendParts(options, UploadId, parts);
    await complete(options, UploadId, sent);
  } catch (error) {
    await removeParts(options, UploadId);
    throw error;
  }
}

/** How often, and after how many milliseconds, removed parts are looked for again. */
const removals = 4;
const settleMs = 250;

/**
 * Removes what the store has of an upload. A part whose last byte was there when its request was broken off may
 * still arrive afterwards, so the store is asked again until it knows no such upload.
 */
async function removeParts(
  { client, bucket, key, patience }: UploadOptions,
  UploadId: string,
): Promise<void> {
  const once = { clock: patience.clock, forMs: 0 };
  const request = { what: `remove the parts of ${key}`, limitMs: 30 * second, signal: undefined };
  for (let times = 0; times < removals; times += 1) {
    try {
      await persist(once, request, (abortSignal) =>
        client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId }), { abortSignal }),
      );
    } catch {
      // It knows none, or does not answer: nothing more can be done.
      return;
    }
    await patience.clock.sleep(settleMs, undefined);
  }
}

async function* numbered(parts: AsyncIterable<Buffer>): AsyncGenerator<{ PartNumber: number; Body: Buffer }> {
  let PartNumber = 0;
  for await (const Body of parts) {
    PartNumber += 1;
    yield { PartNumber, Body };
  }
}

interface Sent {
  parts: CompletedPart[];
  bytes: number;
}

async function sendParts(
  options: UploadOptions,
  UploadId: string,
  parts: AsyncIterable<Buffer>,
): Promise<Sent> {
  const { client, bucket, key, fields, patience, signal } = options;
  const sent: CompletedPart[] = [];
  let bytes = 0;
  const queue = numbered(parts);
  const failed = new AbortController();
  const send = async (): Promise<void> => {
    for (;;) {
      if (failed.signal.aborted) return;
      const next = await queue.next();
      if (next.done === true) return;
      const { PartNumber, Body } = next.value;
      if (PartNumber > mostParts) {
        throw new Failure("failed", `${key} has more than ${mostParts} parts of ${Body.length} bytes`);
      }
      bytes += Body.length;
      const what = `store ${key}, part ${PartNumber}`;
      // A part that is on its way when the upload is given up would arrive after its parts are removed.
      const request = { what, limitMs: limitFor(Body.length), signal, giveUp: failed.signal };
      const checksum = fields.ChecksumAlgorithm && { ChecksumAlgorithm: fields.ChecksumAlgorithm };
      const answer = await persist(patience, request, (abortSignal) => {
        const input = { Bucket: bucket, Key: key, UploadId, PartNumber, Body, ...checksum };
        return client.send(new UploadPartCommand(input), { abortSignal });
      });
      const { ETag, ChecksumCRC32 } = answer;
      sent.push({ PartNumber, ETag, ...(ChecksumCRC32 && { ChecksumCRC32 }) });
    }
  };
  const senders = Array.from({ length: atOnce }, () =>
    send().catch((error: unknown) => {
      failed.abort(error);
      options.failed?.(error);
      throw error;
    }),
  );
  await Promise.allSettled(senders);
  signal.throwIfAborted();
  // The first failure ended the others.
  failed.signal.throwIfAborted();
  sent.sort((one, other) => (one.PartNumber ?? 0) - (other.PartNumber ?? 0));
  return { parts: sent, bytes };
}

/** An answer may be lost after the store put the parts together; the upload is then unknown, and the object there. */
async function complete(
  { client, bucket, key, patience, signal }: UploadOptions,
  UploadId: string,
  { parts, bytes }: Sent,
): Promise<void> {
  const object = { Bucket: bucket, Key: key };
  const request = { what: `store ${key}`, limitMs: 10 * 60 * second, signal };
  let asked = false;
  await persist(patience, request, async (abortSignal) => {
    if (asked && (await sizeOf(client, object, abortSignal)) === bytes) return;
    asked = true;
    const input = { ...object, UploadId, MultipartUpload: { Parts: parts } };
    try {
      await client.send(new CompleteMultipartUploadCommand(input), { abortSignal });
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "NoSuchUpload") throw error;
      if ((await sizeOf(client, object, abortSignal)) !== bytes) throw error;
    }
  });
}

async function sizeOf(
  client: S3Client,
  object: { Bucket: string; Key: string },
  abortSignal: AbortSignal,
): Promise<number | undefined> {
  try {
    return (await client.send(new HeadObjectCommand(object), { abortSignal })).ContentLength;
  } catch (error) {
    if (error instanceof Error && error.name === "NotFound") return undefined;
    throw new TemporaryError("cannot tell whether the object is there", { cause: error });
  }
}
