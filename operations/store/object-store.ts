import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { Failure } from "../../lib/failure.ts";
import { download } from "./download.ts";
import { limitFor, type ObjectFields, partBytes, partsOf, type UploadOptions, uploadParts } from "./parts.ts";
import { type Clock, type Patience, persist, realClock, statusOf, TemporaryError } from "./persist.ts";

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
  /** Of temporary keys. */
  sessionToken?: string | undefined;
}

export interface StoreOptions {
  /** Undefined uses whatever the SDK finds: a profile, web identity, the role of a container or an instance. */
  keys: StoreKeys | undefined;
  /** Days of object lock for each object; 0 leaves the lock to the bucket. */
  lockDays?: number | undefined;
  /** Aborts listing and reading, which then throw its reason. */
  signal?: AbortSignal | undefined;
  /** How long an outage of the store is waited out, in milliseconds. Default: 15 minutes. */
  patienceMs?: number | undefined;
  /** Called when the store keeps a request waiting. */
  warn?: ((message: string) => void) | undefined;
  clock?: Clock | undefined;
}

export interface StoredObject {
  key: string;
  bytes: number;
}

const second = 1000;
const minute = 60 * second;

export const defaultPatienceMs = 15 * minute;

/** Time limit of a request with a short answer. */
const shortMs = minute;

/** Most objects in a listing: 10 years of hourly backups make 351,000, four for each. */
const maximumObjects = 400_000;

/** Where a page of a listing begins. */
interface Place {
  /** As the store said it. */
  token?: string | undefined;
  /** The greatest key of the page before it. */
  after?: string | undefined;
}

/** How an object is uploaded. */
interface UploadOf extends Pick<UploadOptions, "signal"> {
  expectedBytes: number;
  failed?: UploadOptions["failed"];
}

/**
 * A bucket at an S3-compatible store. Every request has a time limit and is sent again while the store is out.
 *
 * Methods throw a Failure (`failed`) with the store's answer.
 */
export class ObjectStore {
  readonly address: StoreAddress;
  #client: S3Client;
  #lockDays: number;
  #signal: AbortSignal | undefined;
  #patience: Patience;

  constructor(address: StoreAddress, options: StoreOptions) {
    this.address = address;
    this.#signal = options.signal;
    this.#lockDays = options.lockDays ?? 0;
    this.#patience = {
      clock: options.clock ?? realClock,
      forMs: options.patienceMs ?? defaultPatienceMs,
      warn: options.warn,
    };
    this.#client = new S3Client({
      endpoint: address.endpoint,
      region: address.region,
      ...(options.keys === undefined ? {} : { credentials: options.keys }),
      // A store's certificate may not cover host names that start with the bucket.
      forcePathStyle: true,
      // `persist` sends again, and knows what a repeated request may find.
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: 10 * second,
        // Also when a response stops halfway.
        socketTimeout: 2 * minute,
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
    { expectedBytes, signal, failed }: UploadOf,
  ): Promise<void> {
    const bytes = partBytes(expectedBytes);
    const parts = partsOf(body, bytes);
    try {
      const first = await parts.next();
      if (first.done === true) throw new Failure("failed", `There is nothing to store as ${key}`);
      if (first.value.length < bytes) {
        await this.#place(key, first.value, signal);
        return;
      }
      await uploadParts(
        {
          client: this.#client,
          bucket: this.address.bucket,
          key,
          fields: this.#fields(),
          patience: this.#patience,
          signal,
          failed,
        },
        withFirst(first.value, parts),
      );
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      await parts.return(undefined);
    }
  }

  /** Stores a small object, until it stands: it is read back and compared. */
  async put(key: string, body: string): Promise<void> {
    await this.#place(key, Buffer.from(body, "utf8"), undefined);
  }

  /**
   * Stores a small object where there is none of that name yet. After a lost answer the store is asked whose object
   * is there, so a body must be unlike that of any other writer.
   *
   * @returns false where another object has the name
   */
  async create(key: string, body: string): Promise<boolean> {
    const bytes = Buffer.from(body, "utf8");
    const input = {
      Bucket: this.address.bucket,
      Key: key,
      Body: bytes,
      IfNoneMatch: "*",
      ...this.#fields(),
    };
    let sent = false;
    return this.#ask(`create ${key}`, 2 * limitFor(bytes.length), async (abortSignal) => {
      // Also for a store that knows no conditions, where two writers at the same moment may both get through.
      if ((await this.#sizeNow(key, abortSignal)) !== undefined) {
        return sent && this.#stands(key, bytes, abortSignal);
      }
      sent = true;
      try {
        await this.#client.send(new PutObjectCommand(input), { abortSignal });
      } catch (error) {
        if (statusOf(error) === 412) return this.#stands(key, bytes, abortSignal);
        throw error;
      }
      if (await this.#stands(key, bytes, abortSignal)) return true;
      throw new TemporaryError("it accepted the object, and has another one or none");
    });
  }

  /**
   * Whether the store refuses a second object of a name where it is asked to (`If-None-Match: *`). Some lookalikes of
   * S3 take no notice of that, and let both of two writers through.
   *
   * @param key of an object for this question alone, which stays
   */
  async keepsFirst(key: string): Promise<boolean> {
    const { bucket } = this.address;
    const input = { Bucket: bucket, Key: key, Body: Buffer.from("{}"), IfNoneMatch: "*", ...this.#fields() };
    const place = (abortSignal: AbortSignal): Promise<boolean> =>
      this.#client.send(new PutObjectCommand(input), { abortSignal }).then(
        () => true,
        (error: unknown) => {
          if (statusOf(error) === 412) return false;
          throw error;
        },
      );
    return this.#ask(`refuse a second ${key}`, shortMs, async (abortSignal) => {
      try {
        // The first makes it, where it is not there yet.
        return !((await place(abortSignal)) && (await place(abortSignal)));
      } catch (error) {
        // It says itself that it does not know the condition.
        if (statusOf(error) === 400 || statusOf(error) === 501) return false;
        throw error;
      }
    });
  }

  /** Size of an object in bytes; undefined when it does not exist. */
  async size(key: string): Promise<number | undefined> {
    return this.#ask(`read the size of ${key}`, shortMs, (abortSignal) => this.#sizeNow(key, abortSignal));
  }

  /** Reads a small object as text. */
  async read(key: string, maximumBytes: number): Promise<string> {
    // Each chunk becomes text as it comes, since all of them together would need their space again.
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    let text = "";
    let bytes = 0;
    for await (const chunk of await this.open(key)) {
      bytes += chunk.length;
      if (bytes > maximumBytes) {
        throw new Failure("failed", `${key} exceeds the limit of ${maximumBytes} bytes`);
      }
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  }

  /** Reads an object as a stream, which goes on where it was cut off. */
  async open(key: string): Promise<AsyncIterable<Uint8Array>> {
    return download({
      client: this.#client,
      bucket: this.address.bucket,
      key,
      patience: this.#patience,
      limitMs: shortMs,
      signal: this.#signal,
    });
  }

  /** Lists every object below the prefix, sorted by key. */
  async list(): Promise<StoredObject[]> {
    const { bucket, prefix } = this.address;
    const found: StoredObject[] = [];
    let place: Place = {};
    for (;;) {
      const page = await this.#page(place);
      for (const { Key: key, Size: bytes } of page.Contents ?? []) {
        if (key !== undefined) found.push({ key, bytes: bytes ?? 0 });
      }
      if (found.length > maximumObjects) {
        throw new Failure("failed", `${bucket}/${prefix} has more than ${maximumObjects} objects`);
      }
      if (page.IsTruncated !== true) break;
      const token = page.NextContinuationToken;
      const after = (page.Contents ?? []).reduce((max, { Key: key = "" }) => (key > max ? key : max), "");
      const isAhead =
        token === undefined ? after > (place.after ?? "") : token !== place.token && after !== "";
      if (!isAhead) throw new Failure("failed", `The store lists ${bucket}/${prefix} without an end`);
      place = { token, after };
    }
    return found.sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  /** Some stores say that there is more than a page, and not where: it is after the last key. */
  #page({ token, after }: Place): Promise<ListObjectsV2CommandOutput> {
    const { bucket, prefix } = this.address;
    const start = token === undefined ? { StartAfter: after } : { ContinuationToken: token };
    return this.#ask(`list ${bucket}/${prefix}`, shortMs, (abortSignal) =>
      this.#client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...start }), {
        abortSignal,
      }),
    );
  }

  close(): void {
    this.#client.destroy();
  }

  /**
   * A lost answer leaves open whether the object is there, and a bucket that locks objects accepts it once only:
   * before it is sent again, the store is asked what it has.
   */
  async #place(key: string, body: Buffer, signal: AbortSignal | undefined): Promise<void> {
    const input = { Bucket: this.address.bucket, Key: key, Body: body, ...this.#fields() };
    const request = { what: `store ${key}`, limitMs: 2 * limitFor(body.length), signal };
    let sent = false;
    await persist(this.#patience, request, async (abortSignal) => {
      if (sent && (await this.#stands(key, body, abortSignal))) return;
      sent = true;
      await this.#client.send(new PutObjectCommand(input), { abortSignal });
      if (!(await this.#stands(key, body, abortSignal))) {
        throw new TemporaryError("it accepted the object, and has another one or none");
      }
    });
  }

  async #stands(key: string, body: Buffer, abortSignal: AbortSignal): Promise<boolean> {
    if ((await this.#sizeNow(key, abortSignal)) !== body.length) return false;
    const answer = await this.#client.send(new GetObjectCommand({ Bucket: this.address.bucket, Key: key }), {
      abortSignal,
    });
    const bytes = await answer.Body?.transformToByteArray();
    return bytes !== undefined && body.equals(bytes);
  }

  async #sizeNow(key: string, abortSignal: AbortSignal): Promise<number | undefined> {
    const input = { Bucket: this.address.bucket, Key: key };
    try {
      return (await this.#client.send(new HeadObjectCommand(input), { abortSignal })).ContentLength;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  #fields(): ObjectFields {
    if (this.#lockDays === 0) return {};
    const until = new Date(Date.now() + this.#lockDays * 24 * 60 * minute);
    // Stores require a checksum for an object with a lock.
    return { ObjectLockMode: "COMPLIANCE", ObjectLockRetainUntilDate: until, ChecksumAlgorithm: "CRC32" };
  }

  #ask<T>(what: string, limitMs: number, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return persist(this.#patience, { what, limitMs, signal: this.#signal }, send);
  }
}

async function* withFirst(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
