import { connect, type DetailedPeerCertificate } from "node:tls";
import type { Context } from "../context.ts";
import { Unknown } from "../unknown.ts";
import { trusting } from "./secure-context.ts";
import { addressOf } from "./targets.ts";

/** What a server shows in a handshake, before anything is sent to it. */
export interface Handshake {
  /** Why the certificate is not trusted; undefined where it is. */
  readonly problem: string | undefined;
  readonly certificate: DetailedPeerCertificate;
  /** Protocol that the server chose of HTTP/2 and HTTP/1.1. */
  readonly protocol: string | undefined;
  /** What its authority says of the certificate, as the server shows it (RFC 6066, section 8). */
  readonly stapled: Buffer | undefined;
}

/** What Node.js has no word for. */
const withoutCode: Readonly<Record<string, string>> = {
  UNSPECIFIED: "refused as browsers do: a weak key or hash, or a name that its authority may not certify",
};

/** A host that was reached, and with which there is no handshake: it serves no TLS. */
export class NoHandshake extends Unknown {
  constructor(host: string, options?: ErrorOptions) {
    super("target-refused", `${host}: no TLS handshake`, options);
  }
}

/** What a handshake needs of a probe's context. */
export type Hands = Pick<Context, "targets" | "authorities" | "signal" | "limits" | "record">;

/**
 * Shakes hands with a host and hangs up.
 *
 * @param at name or address of the server that is asked for the host, where it is not the host's own
 * @throws {NoHandshake} where there is no handshake
 * @throws {Unknown} where the host has no address that may be asked
 */
export async function shakeHands(context: Hands, host: string, at = host): Promise<Handshake> {
  const address = await addressOf(at, "https", context.targets);
  const socket = connect({
    ...address,
    servername: host,
    secureContext: trusting(context.authorities),
    // The problem is the answer; nothing is sent over this connection.
    rejectUnauthorized: false,
    ALPNProtocols: ["h2", "http/1.1"],
    requestOCSP: true,
  });
  let stapled: Buffer | undefined;
  socket.on("OCSPResponse", (answer: Buffer | null) => {
    if (answer !== null && answer.length > 0) stapled = answer;
  });
  const stop = (): void => void socket.destroy();
  context.signal.addEventListener("abort", stop, { once: true });
  // For the whole handshake: bytes that drip in end no wait.
  const timer = setTimeout(() => socket.destroy(new Error("timed out")), context.limits.requestMs);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("secureConnect", resolve).once("error", reject);
      socket.once("close", () => reject(new Error("the connection was closed")));
    });
    const certificate = socket.getPeerCertificate(true);
    context.record(certificate.raw);
    const error: unknown = socket.authorizationError;
    const problem = error instanceof Error ? error.message : String(error);
    return {
      problem: socket.authorized ? undefined : (withoutCode[problem] ?? problem),
      certificate,
      protocol: socket.alpnProtocol || undefined,
      stapled,
    };
  } catch (error) {
    context.signal.throwIfAborted();
    throw new NoHandshake(host, { cause: error });
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}
