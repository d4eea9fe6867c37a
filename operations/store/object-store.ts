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

/** Where backups are kept: any S3-compatible store. */
export interface StoreAddress {
  /** For example https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com */
  endpoint: string;
  /** `auto` at Cloudflare R2. */
  region: string;
  bucket: string;
  /** Start of every key, with a trailing slash. */
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
 * Parts of an upload. S3 allows 10,000 of them, and two are in memory at a time. They are larger than 8 MiB
 * when more than 78 GiB are expected.
 */
const parts = { bytes: 8 * mebibyte, most: 10_000, atOnce: 2 } as const;

/** Most objects in a listing: 10 years of hourly backups make 175,200. */
const maximumObjects = 200_000;

/**
 * A bucket at an S3-compatible store. Every request has a time limit and is attempted up to three times.
 *
 * Methods throw a Failure (`failed`) with the store's answer.
 */
export class ObjectStore {
  readonly address: StoreAddress;
  #client: S3Client;
  #lockDays: number;
  #signal: AbortSignal | undefined;

  /**
   * @param lockDays days of object lock for each object; 0 leaves the lock to the bucket
   * @param signal aborts listing and reading, which then throw its reason
   */
  constructor(address: StoreAddress, keys: StoreKeys, lockDays = 0, signal?: AbortSignal) {
    this.address = address;
    this.#signal = signal;
    this.#lockDays = lockDays;
    this.#client = new S3Client({
      endpoint: address.endpoint,
      region: address.region,
      credentials: keys,
      // A store's certificate may not cover host names that start with the bucket.
      forcePathStyle: true,
      maxAttempts: 3,
      requestHandler: {
        connectionTimeout: 10 * second,
        requestTimeout: 120 * second,
        // Also when a response stops halfway.
        socketTimeout: 120 * second,
      },
      // Not every store supports the checksums that AWS added. A restore checks digests of its own.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
  }

  /**
   * Uploads a stream of any length, in parts. If the stream or the store fails or `signal` is raised, the
   * parts are removed and no object is created.
   *
   * @param expectedBytes estimate of the most that the stream has, which determines the size of a part
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

  /** Size of an object in bytes; undefined when it does not exist. */
  async size(key: string): Promise<number | undefined> {
    const input = { Bucket: this.address.bucket, Key: key };
    try {
      return (await this.#client.send(new HeadObjectCommand(input))).ContentLength;
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined;
      throw storeFailure(`read the size of ${key}`, error);
    }
  }

  /** Reads a small object as text. */
  async read(key: string, maximumBytes: number): Promise<string> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of await this.open(key)) {
      bytes += chunk.length;
      if (bytes > maximumBytes) {
        throw new Failure("failed", `${key} exceeds the limit of ${maximumBytes} bytes`);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  /** Reads an object as a stream. */
  async open(key: string): Promise<AsyncIterable<Uint8Array>> {
    const input = { Bucket: this.address.bucket, Key: key };
    const { Body } = await this.#ask(`read ${key}`, () =>
      this.#client.send(new GetObjectCommand(input), this.#reading()),
    );
    if (!(Body instanceof Readable)) throw new Failure("failed", `The store sent ${key} without a body`);
    if (this.#signal !== undefined) addAbortSignal(this.#signal, Body);
    return named(Body, key);
  }

  /** Lists every object below the prefix, sorted by key. */
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
    // Stores require a checksum for an object with a lock.
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

/** A Failure, such as that of the stream that is uploaded, stays as it is. */
function storeFailure(what: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  const answer = error instanceof S3ServiceException ? error.name : reasonOf(error);
  const detail = status === undefined ? answer : `${answer}, status ${status}`;
  return new Failure("failed", `The store failed to ${what}: ${detail}`, { cause: error });
}
