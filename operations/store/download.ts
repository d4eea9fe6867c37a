import { Readable } from "node:stream";
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import { Failure } from "../../lib/failure.ts";
import { isTemporary, type Patience, persist, storeFailure, TemporaryError } from "./persist.ts";

interface DownloadOptions {
  client: S3Client;
  bucket: string;
  key: string;
  patience: Patience;
  /** Time limit until an answer begins, and between two parts of it, in milliseconds. */
  limitMs: number;
  signal: AbortSignal | undefined;
}

/**
 * Opens an object. When its body is cut off, the rest is asked for, of the same object: one that was replaced
 * meanwhile is refused.
 */
export async function download(options: DownloadOptions): Promise<AsyncIterable<Uint8Array>> {
  const first = await ask(options, 0, undefined);
  return body(options, first);
}

/** How often a body may be cut off without a byte more. */
const emptyAnswers = 3;

async function* body(options: DownloadOptions, first: GetObjectCommandOutput): AsyncGenerator<Uint8Array> {
  const { key, signal, patience } = options;
  const total = first.ContentLength;
  let answer = first;
  let read = 0;
  let fruitless = 0;
  for (;;) {
    const before = read;
    const stream = streamOf(answer, key);
    // A body is read when its reader wants it, so the signal must end it too.
    const abort = (): void => void stream.destroy(new TemporaryError("stopped"));
    signal?.addEventListener("abort", abort, { once: true });
    try {
      signal?.throwIfAborted();
      for await (const chunk of withinLimit(stream, options)) {
        read += chunk.length;
        yield chunk;
      }
      if (total === undefined || read >= total) return;
      throw new TemporaryError(`the answer ended after ${read} of ${total} bytes`);
    } catch (error) {
      signal?.throwIfAborted();
      fruitless = read > before ? 0 : fruitless + 1;
      if (!isCutOff(error) || fruitless >= emptyAnswers) throw storeFailure(`read ${key}`, error);
    } finally {
      signal?.removeEventListener("abort", abort);
      stream.destroy();
    }
    await patience.clock.sleep(1000 * fruitless, signal);
    answer = await ask(options, read, first.ETag);
  }
}

/** Ends a body that sends nothing for a time. What its reader needs between two chunks does not count. */
async function* withinLimit(
  stream: Readable,
  { patience: { clock }, limitMs }: DownloadOptions,
): AsyncGenerator<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]();
  for (;;) {
    const cancel = clock.limit(limitMs, () => stream.destroy(new TemporaryError("the answer stopped")));
    const next: IteratorResult<Uint8Array> = await chunks.next().finally(cancel);
    if (next.done === true) return;
    yield next.value;
  }
}

/** A body that stops has errors of its own, such as `aborted`. */
function isCutOff(error: unknown): boolean {
  const isReset = error instanceof Error && /aborted|socket|premature/i.test(error.message);
  return isTemporary(error) || (isReset && !(error instanceof Failure));
}

function ask(
  { client, bucket, key, patience, limitMs, signal }: DownloadOptions,
  from: number,
  etag: string | undefined,
): Promise<GetObjectCommandOutput> {
  const request = { what: `read ${key}`, limitMs, signal };
  const rest = { ...(from > 0 && { Range: `bytes=${from}-` }), ...(etag && { IfMatch: etag }) };
  return persist(patience, request, async (abortSignal) => {
    // The signal ends with the answer's beginning; the body has one of its own.
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...rest }), {
      abortSignal,
    });
    if (from > 0 && !(answer.ContentRange ?? "").startsWith(`bytes ${from}-`)) {
      streamOf(answer, key).destroy();
      throw new Failure("failed", `The store does not send the rest of ${key} after ${from} bytes`);
    }
    return answer;
  });
}

function streamOf({ Body }: GetObjectCommandOutput, key: string): Readable {
  if (Body instanceof Readable) return Body;
  throw new Failure("failed", `The store sent ${key} without a body`);
}
