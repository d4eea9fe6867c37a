import * as http2 from "node:http2";
import type { Duplex } from "node:stream";
import { type MethodDefinition, status } from "@grpc/grpc-js";
import { maxMessageBytes } from "./grpc.ts";
import { readMessage } from "./wire-text.ts";

/** A call that the other side refused, or that it could not be asked. */
export class CallError extends Error {
  override readonly name = "CallError";
  /** A status of gRPC. */
  readonly code: number;

  constructor(code: number, details: string) {
    super(details);
    this.code = code;
  }
}

/**
 * Makes unary gRPC calls over a connection that is there already, such as a descriptor that a child inherited:
 * nobody else can take part in it, and there is no address at which anybody could try.
 */
export class Caller {
  #session: http2.ClientHttp2Session;
  #answerBytes: number;

  /** @param answerBytes that an answer may have */
  constructor(connection: Duplex, answerBytes = maxMessageBytes) {
    this.#answerBytes = answerBytes;
    this.#session = http2.connect("http://localhost", {
      createConnection: () => connection,
      settings: { enablePush: false, initialWindowSize: windowBytes },
    });
    this.#session.once("remoteSettings", () => this.#session.setLocalWindowSize(windowBytes));
    // What breaks the connection fails each call that is waiting.
    this.#session.on("error", () => undefined);
    // HTTP/2 does not see the end of a connection that ended before.
    if (connection.destroyed || connection.readableEnded) this.#session.destroy();
  }

  /**
   * @returns the answer
   * @throws {CallError} with the status that the other side gives; UNAVAILABLE where it is gone
   */
  call<Request, Response>(method: MethodDefinition<Request, Response>, request: Request): Promise<Response> {
    return this.send(method, method.requestSerialize(request));
  }

  /** The same for a request that is serialized already, which may be in parts. */
  send<Request, Response>(
    method: MethodDefinition<Request, Response>,
    request: Buffer | readonly Buffer[],
  ): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (this.#session.closed || this.#session.destroyed) {
        reject(new CallError(status.UNAVAILABLE, "the connection is closed"));
        return;
      }
      const stream = this.#session.request({
        ":method": "POST",
        ":path": method.path,
        "content-type": "application/grpc",
        te: "trailers",
      });
      const answer = new Answer(stream, this.#answerBytes);
      stream.once("close", () => {
        try {
          resolve(readMessage(answer.message(), method.responseDeserialize));
        } catch (error) {
          reject(error);
        }
      });
      const parts = Buffer.isBuffer(request) ? [request] : request;
      stream.cork();
      stream.write(headOf(parts));
      for (const part of parts) stream.write(part);
      stream.end();
    });
  }

  close(): void {
    this.#session.destroy();
  }
}

/** Bytes that may be under way in one direction; HTTP/2's own 64 KiB stops a large message again and again. */
const windowBytes = 4 * 1024 * 1024;

/** Bytes before a message: whether it is compressed, and its length. */
const headBytes = 5;

function headOf(parts: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(
    parts.reduce((length, part) => length + part.length, 0),
    1,
  );
  return head;
}

/** What comes back of a call, as far as it has come. */
class Answer {
  #stream: http2.ClientHttp2Stream;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #headers: http2.IncomingHttpHeaders = {};
  #error: Error | undefined;
  #most: number;

  constructor(stream: http2.ClientHttp2Stream, most: number) {
    this.#stream = stream;
    this.#most = most;
    // A refusal that has no answer comes as headers alone, else the status comes behind the answer.
    stream.on("response", (headers) => Object.assign(this.#headers, headers));
    stream.on("trailers", (headers) => Object.assign(this.#headers, headers));
    stream.on("error", (error) => {
      this.#error = error;
    });
    stream.on("data", (chunk: Buffer) => this.#take(chunk));
  }

  /** @throws {CallError} where the call has not succeeded */
  message(): Buffer {
    const code = this.#headers["grpc-status"];
    if (this.#bytes > this.#most + headBytes) {
      throw new CallError(status.RESOURCE_EXHAUSTED, `the answer is larger than ${this.#most} bytes`);
    }
    if (code === undefined) {
      throw new CallError(
        status.UNAVAILABLE,
        this.#error?.message ?? "the connection ended before the answer",
      );
    }
    if (code !== "0") throw new CallError(Number(code), decoded(String(this.#headers["grpc-message"] ?? "")));
    const frame = Buffer.concat(this.#chunks);
    const isWhole = frame.length >= headBytes && frame.readUInt32BE(1) === frame.length - headBytes;
    if (!isWhole || frame.readUInt8(0) !== 0)
      throw new CallError(status.INTERNAL, "the answer is not a message");
    return frame.subarray(headBytes);
  }

  #take(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#most + headBytes) this.#stream.destroy();
    else this.#chunks.push(chunk);
  }
}

/** The text of a status, which is percent-encoded on its way. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
