import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { formatBytes } from "../lib/units.ts";
import { UnpackError, unpack } from "../lib/unpack.ts";
import { VendorProblem } from "./problem.ts";

/** An answer of a vendor, complete and unpacked. */
export interface Exchanged {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  readonly raw: Buffer;
}

export interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  readonly signal: AbortSignal;
  /** Most bytes of the answer, both as sent and as unpacked. */
  readonly bodyBytes: number;
  /** Milliseconds for which an answer is read that need not end: what came until then is the answer. */
  readonly streamMs?: number | undefined;
}

/** Interim answers (status 1xx) before the one that counts. */
const mostInterim = 16;

/**
 * Sends one request and reads its answer within bounds. No redirect is followed. It does without `fetch`, which ends
 * the process at an answer with many encodings whose connection is closed.
 *
 * @throws {VendorProblem} `too-large` or `not-understood`; any other error is of the connection
 */
export async function exchange(url: URL, sent: Sent, asked: string): Promise<Exchanged> {
  const incoming = await answerTo(url, sent, asked);
  const chunks: Buffer[] = [];
  let size = 0;
  let isOver = false;
  const timer = sent.streamMs === undefined ? undefined : setTimeout(end, sent.streamMs);
  function end(): void {
    isOver = true;
    incoming.destroy();
  }
  try {
    for await (const chunk of incoming) {
      size += chunk.length;
      // Leaving the loop destroys the connection.
      if (size > sent.bodyBytes) throw tooLarge(asked, sent);
      chunks.push(chunk);
    }
  } catch (error) {
    if (!isOver) throw error;
  } finally {
    clearTimeout(timer);
  }
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  const status = incoming.statusCode ?? 0;
  const raw = await unpacked(Buffer.concat(chunks), headers.get("content-encoding") ?? "", sent, asked);
  return { status, ok: status >= 200 && status < 300, headers, raw };
}

function answerTo(
  url: URL,
  { method, headers, body, signal, streamMs }: Omit<Sent, "bodyBytes">,
  asked: string,
): Promise<IncomingMessage> {
  const request = url.protocol === "http:" ? httpRequest : httpsRequest;
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method,
      // What is compressed can be read only when it is complete.
      headers: {
        "accept-encoding": streamMs === undefined ? "gzip, br" : "identity",
        ...headers,
        ...length,
      },
      signal,
      // A connection that is kept may be closed at the moment in which it is used again, which nobody could tell.
      agent: false,
    });
    let interim = 0;
    outgoing.on("information", () => {
      interim += 1;
      if (interim <= mostInterim) return;
      outgoing.destroy(new VendorProblem("not-understood", `${asked}: too many interim answers`));
    });
    outgoing.on("error", reject);
    outgoing.on("response", resolve);
    outgoing.end(body);
  });
}

async function unpacked(raw: Buffer, encoding: string, { bodyBytes }: Sent, asked: string): Promise<Buffer> {
  try {
    return await unpack(raw, encoding, bodyBytes);
  } catch (error) {
    if (!(error instanceof UnpackError)) throw error;
    if (error.reason === "too-large") throw tooLarge(asked, { bodyBytes });
    throw new VendorProblem("not-understood", `${asked}: the answer is ${error.message}`);
  }
}

function tooLarge(asked: string, { bodyBytes }: Pick<Sent, "bodyBytes">): VendorProblem {
  return new VendorProblem("too-large", `${asked}: the answer is larger than ${formatBytes(bodyBytes)}`);
}
