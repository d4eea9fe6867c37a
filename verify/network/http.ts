import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { TLSSocket } from "node:tls";
import { reasonOf } from "../../lib/failure.ts";
import { formatBytes } from "../../lib/units.ts";
import { UnpackError, unpack } from "../../lib/unpack.ts";
import type { Limits } from "../limits.ts";
import { Unknown } from "../unknown.ts";
import { trusting } from "./secure-context.ts";
import { addressOf, type Targets } from "./targets.ts";

/** A request to one of the platform's own hosts. */
export interface HttpRequest {
  /** Name of the host as the settings have it. */
  readonly host: string;
  /** Default: https. */
  readonly scheme?: "https" | "http";
  /** Default: GET. */
  readonly method?: string;
  /** Path with its query, sent as it stands. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** An answer, read to its end and unpacked. Redirects are answers too: none is followed. */
export interface HttpAnswer {
  readonly status: number;
  /** By name in lowercase. Of a header that came several times, the values in their order. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** As text; bytes that are not UTF-8 are replaced. */
  readonly body: string;
  /** The same as bytes. */
  readonly bytes: Buffer;
  /** Bytes of the body as they were sent. */
  readonly sentBytes: number;
  /** Milliseconds from the first byte sent to the last one received. */
  readonly durationMs: number;
}

/** What a client needs besides the request. */
export interface HttpOptions {
  readonly targets: Targets;
  readonly limits: Limits;
  /** Certificates of authorities to trust in place of the usual ones, in PEM. */
  readonly authorities?: string | undefined;
}

const userAgent = "optropic-verify";

/** Interim answers (status 1xx) before the one that counts. */
const mostInterim = 16;

/**
 * Sends requests to the platform's hosts. It never follows a redirect, so what a header carries reaches no other
 * host; and the answer is bounded in time, in its headers and in its body.
 */
export class HttpClient {
  #options: HttpOptions;
  #https: HttpsAgent;
  #http = new HttpAgent({ keepAlive: true, maxSockets: 4 });

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#https = new HttpsAgent({
      keepAlive: true,
      maxSockets: 4,
      secureContext: trusting(options.authorities),
    });
  }

  /**
   * @param record is given the answer as it came, for its digest
   * @throws {Unknown} when there is no answer, or one that breaks the limits or the protocol
   */
  async send(request: HttpRequest, signal: AbortSignal, record: (raw: Buffer) => void): Promise<HttpAnswer> {
    const { limits, targets } = this.#options;
    const { scheme = "https", host } = request;
    const address = await addressOf(host, scheme, targets);
    const time = AbortSignal.timeout(limits.requestMs);
    const where = `${scheme}://${host}`;
    try {
      return await this.#exchange(request, address, AbortSignal.any([signal, time]), record);
    } catch (error) {
      if (error instanceof Unknown) throw error;
      if (time.aborted) {
        throw new Unknown("timed-out", `${where} did not answer completely in ${limits.requestMs / 1000} s`);
      }
      signal.throwIfAborted();
      throw new Unknown("target-refused", `${where}: ${refusalOf(error)}`, { cause: error });
    }
  }

  close(): void {
    this.#https.destroy();
    this.#http.destroy();
  }

  #exchange(
    request: HttpRequest,
    address: { host: string; port: number },
    signal: AbortSignal,
    record: (raw: Buffer) => void,
  ): Promise<HttpAnswer> {
    const { limits } = this.#options;
    const { scheme = "https", host, method = "GET", path, headers = {}, body } = request;
    const options = {
      ...address,
      method,
      path,
      signal,
      setHost: false,
      maxHeaderSize: limits.headerBytes,
      headers: {
        host,
        "user-agent": userAgent,
        accept: "*/*",
        ...headers,
        ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
      },
    };
    return new Promise((resolve, reject) => {
      const started = performance.now();
      const outgoing: ClientRequest =
        scheme === "https"
          ? httpsRequest({ ...options, agent: this.#https, servername: host })
          : httpRequest({ ...options, agent: this.#http });
      outgoing.on("error", reject);
      let interim = 0;
      let isAnswered = false;
      outgoing.on("information", () => {
        interim += 1;
        if (interim <= mostInterim) return;
        outgoing.destroy(new Unknown("not-understood", "The answer begins with too many interim ones"));
      });
      // Nobody asked for another protocol, and no answer comes after this one.
      outgoing.on("upgrade", (_, socket) => {
        socket.destroy();
        reject(new Unknown("not-understood", "The answer changes to another protocol"));
      });
      // Without an answer nothing else may say that there will be none.
      outgoing.on("close", () => {
        if (!isAnswered) reject(new Error("the connection was closed without an answer"));
      });
      outgoing.on("response", (incoming) => {
        isAnswered = true;
        readAnswer(incoming, started, limits, record).then(resolve, (error: unknown) => {
          outgoing.destroy();
          reject(error);
        });
      });
      outgoing.end(body);
    });
  }
}

async function readAnswer(
  incoming: IncomingMessage,
  started: number,
  limits: Limits,
  record: (raw: Buffer) => void,
): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let sentBytes = 0;
  for await (const chunk of incoming) {
    sentBytes += chunk.length;
    if (sentBytes > limits.bodyBytes) throw tooLarge(limits);
    chunks.push(chunk);
  }
  const durationMs = performance.now() - started;
  const raw = Buffer.concat(chunks);
  const status = incoming.statusCode ?? 0;
  const protocol = incoming.socket instanceof TLSSocket ? incoming.socket.getProtocol() : undefined;
  record(Buffer.concat([Buffer.from(`${protocol} ${status}\n${incoming.rawHeaders.join("\n")}\n\n`), raw]));
  const headers = new Map(
    Object.entries(incoming.headersDistinct).map(([name, values]) => [name, values ?? []]),
  );
  const body = await unpacked(raw, headers.get("content-encoding")?.join(", ") ?? "", limits);
  return { status, headers, body: body.toString("utf8"), bytes: body, sentBytes, durationMs };
}

async function unpacked(raw: Buffer, encoding: string, limits: Limits): Promise<Buffer> {
  try {
    return await unpack(raw, encoding, limits.bodyBytes);
  } catch (error) {
    if (!(error instanceof UnpackError)) throw error;
    if (error.reason === "too-large") throw tooLarge(limits);
    throw new Unknown("not-understood", `The answer is ${error.message}`);
  }
}

function tooLarge({ bodyBytes }: Limits): Unknown {
  return new Unknown("too-large", `The answer is larger than ${formatBytes(bodyBytes)}`);
}

const refusals: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was closed without an answer",
  EPROTO: "the TLS handshake failed",
  HPE_HEADER_OVERFLOW: "the headers of the answer are too large",
  ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is for other names",
  CERT_HAS_EXPIRED: "the certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is signed by itself",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate is of an unknown authority",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate is of an unknown authority, or its chain is incomplete",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the certificate is of an unknown authority",
};

function refusalOf(error: unknown): string {
  const code = codeOf(error);
  if (code !== undefined && refusals[code] !== undefined) return refusals[code];
  if (code?.startsWith("HPE_")) return "the answer is not HTTP";
  return code ?? reasonOf(error);
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
