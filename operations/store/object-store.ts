import { addAbortSignal, Readable } from "node:stream";
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { Failure, reasonOf } from "../../lib/failure.ts";

/** Where backups are kept, at any store that speaks S3. */
export interface StoreAddress {
  /** Such as https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com */
  endpoint: string;
  /** `auto` at Cloudflare R2. */
  region: string;
  bucket: string;
  /** Start of every key, with its slash. */
  prefix: string;
}

export interface StoreKeys {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface StoredObject {
  key: string;
  bytes: number;
}

const mebibyte = 1024 * 1024;
const second = 1000;

/**
 * Parts of an upload: S3 takes 10,000 of them, and some are held in memory at a time. They grow beyond 8 MiB
 * where more than 78 GiB are expected.
 */
const parts = { bytes: 8 * mebibyte, most: 10_000, atOnce: 2 } as const;

/** Objects that a listing takes in before it gives up: 10 years of hourly backups are 175,200. */
const maximumObjects = 200_000;

/**
 * A bucket, by its S3 protocol. Every request has a time limit and is tried three times at most.
 *
 * Methods throw an Failure (`failed`) that says what the store answered.
 */
export class ObjectStore {
  readonly address: StoreAddress;
  #client: S3Client;
  #lockDays: number;
  #signal: AbortSignal | undefined;

  /**
   * @param lockDays days of object lock that each object is stored with; 0 leaves the lock to the bucket
   * @param signal ends what is being listed or read, and throws its own reason
   */
  constructor(address: StoreAddress, keys: StoreKeys, lockDays = 0, signal?: AbortSignal) {
    this.address = address;
    this.#signal = signal;
    this.#lockDays = lockDays;
    this.#client = new S3Client({
      endpoint: address.endpoint,
      region: address.region,
      credentials: keys,
      // A store's name need not be in its certificate with the bucket before it.
      forcePathStyle: true,
      maxAttempts: 3,
      requestHandler: {
        connectionTimeout: 10 * second,
        requestTimeout: 120 * second,
        // Also where an answer stops coming in its middle.
        socketTimeout: 120 * second,
      },
      // Not every store knows the checksums that AWS added; digests of our own are checked before a restore.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
  }

  /**
   * Stores a stream of any length under a key, in parts. If the stream or the store fails, or `signal` is
   * raised, the parts are taken away again and no object is there.
   *
   * @param expectedBytes the most that the stream is thought to have, from which the size of a part follows
   */
  async upload(
    key: string,
    body: AsyncIterable<Uint8Array>,
    options: { expectedBytes: number; signal: AbortSignal },
  ): Promise<void> {
    const upload = new Upload({
      client: this.#client,
      params: { Bucket: this.address.bucket, Key: key, Body: Readable.from(body), ...this.#lock() },
      partSize: Math.max(parts.bytes, Math.ceil((options.expectedBytes * 1.1) / parts.most)),
      queueSize: parts.atOnce,
      leavePartsOnError: false,
    });
    const abort = (): void => void upload.abort();
    options.signal.addEventListener("abort", abort, { once: true });
    try {
      await upload.done();
    } catch (error) {
      throw storeFailure(`store ${key}`, error);
    } finally {
      options.signal.removeEventListener("abort", abort);
    }
  }

  /** Stores a small object. */
  async put(key: string, body: string): Promise<void> {
    const input = { Bucket: this.address.bucket, Key: key, Body: body, ...this.#lock() };
    await this.#ask(`store ${key}`, () => this.#client.send(new PutObjectCommand(input)));
  }

  /** Size of an object in bytes; undefined where there is none. */
  async size(key: string): Promise<number | undefined> {
    const input = { Bucket: this.address.bucket, Key: key };
    try {
      return (await this.#client.send(new HeadObjectCommand(input))).ContentLength;
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined;
      throw storeFailure(`look at ${key}`, error);
    }
  }

  /** A small object, as text. */
  async read(key: string, maximumBytes: number): Promise<string> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of await this.open(key)) {
      bytes += chunk.length;
      if (bytes > maximumBytes) {
        throw new Failure("failed", `${key} has more than the ${maximumBytes} bytes that are read`);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  /** An object as a stream. */
  async open(key: string): Promise<AsyncIterable<Uint8Array>> {
    const input = { Bucket: this.address.bucket, Key: key };
    const { Body } = await this.#ask(`read ${key}`, () =>
      this.#client.send(new GetObjectCommand(input), this.#reading()),
    );
    if (!(Body instanceof Readable)) throw new Failure("failed", `${key} came without a body`);
    if (this.#signal !== undefined) addAbortSignal(this.#signal, Body);
    return named(Body, key);
  }

  /** Every object below the prefix, in the order of the keys. */
  async list(): Promise<StoredObject[]> {
    const { bucket, prefix } = this.address;
    const found: StoredObject[] = [];
    let token: string | undefined;
    do {
      const input = { Bucket: bucket, Prefix: prefix, ContinuationToken: token };
      const page = await this.#ask(`list ${bucket}/${prefix}`, () =>
        this.#client.send(new ListObjectsV2Command(input), this.#reading()),
      );
      for (const { Key: key, Size: bytes } of page.Contents ?? []) {
        if (key !== undefined) found.push({ key, bytes: bytes ?? 0 });
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
      if (found.length > maximumObjects) {
        throw new Failure("failed", `${bucket}/${prefix} has more than ${maximumObjects} objects`);
      }
    } while (token !== undefined);
    return found.sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  close(): void {
    this.#client.destroy();
  }

  #lock() {
    if (this.#lockDays === 0) return {};
    const until = new Date(Date.now() + this.#lockDays * 86_400 * second);
    // A store asks for a checksum with whatever it is to lock.
    return {
      ObjectLockMode: "COMPLIANCE",
      ObjectLockRetainUntilDate: until,
      ChecksumAlgorithm: "CRC32",
    } as const;
  }

  #reading() {
    return this.#signal === undefined ? {} : { abortSignal: this.#signal };
  }

  async #ask<T>(what: string, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      this.#signal?.throwIfAborted();
      throw storeFailure(what, error);
    }
  }
}

async function* named(body: Readable, key: string): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    throw storeFailure(`read ${key}`, error);
  }
}

/** Failures of our own, such as that of the stream that is stored, stay as they are. */
function storeFailure(what: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  const answer = error instanceof S3ServiceException ? error.name : reasonOf(error);
  const detail = status === undefined ? answer : `${answer}, status ${status}`;
  return new Failure("failed", `The store did not ${what}: ${detail}`, { cause: error });
}
