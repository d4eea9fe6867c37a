import { connect } from "node:http2";
import { connect as connectTls } from "node:tls";
import { Unknown } from "../unknown.ts";
import { trusting } from "./secure-context.ts";
import { addressOf } from "./targets.ts";
import type { Hands } from "./tls.ts";

/** What a server makes of a request by HTTP/2 after the handshake. */
export type Http2Answer =
  | { readonly kind: "answered"; readonly status: number }
  /** It speaks HTTP/1.1 only. */
  | { readonly kind: "not-offered"; readonly protocol: string }
  /** It offers HTTP/2 and then breaks it off. */
  | { readonly kind: "broken"; readonly why: string };

/**
 * Asks for the home page by HTTP/2: that a handshake offers it does not show that it works.
 *
 * @throws {Unknown} where there is no handshake, or no answer in time
 */
export async function askByHttp2(context: Hands, host: string): Promise<Http2Answer> {
  const address = await addressOf(host, "https", context.targets);
  const time = AbortSignal.timeout(context.limits.requestMs);
  const signal = AbortSignal.any([context.signal, time]);
  const socket = connectTls({
    ...address,
    servername: host,
    secureContext: trusting(context.authorities),
    // Whether it is trusted is measured by itself; nothing secret is sent.
    rejectUnauthorized: false,
    ALPNProtocols: ["h2", "http/1.1"],
  });
  const stop = (): void => void socket.destroy(new Error("stopped"));
  signal.addEventListener("abort", stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("secureConnect", resolve).once("error", reject);
      socket.once("close", () => reject(new Error("the connection was closed")));
    });
    if (socket.alpnProtocol !== "h2") {
      return { kind: "not-offered", protocol: socket.alpnProtocol || "none" };
    }
    const answer = await exchanged(host, () => socket);
    context.record(JSON.stringify(answer));
    return answer;
  } catch (error) {
    context.signal.throwIfAborted();
    if (time.aborted)
      throw new Unknown("timed-out", `${host}: no answer by HTTP/2 in time`, { cause: error });
    const why = socket.alpnProtocol === "h2" ? "no answer by HTTP/2" : "no TLS handshake";
    throw new Unknown("target-refused", `${host}: ${why}`, { cause: error });
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}

/** One request whose body is not read. */
function exchanged(
  host: string,
  createConnection: () => ReturnType<typeof connectTls>,
): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    const session = connect(`https://${host}`, {
      createConnection,
      // What a server may send before anything is read: few headers, nothing pushed.
      settings: { enablePush: false, maxHeaderListSize: 64 * 1024 },
      maxSessionMemory: 1,
    });
    const done = (answer: Http2Answer): void => {
      session.destroy();
      resolve(answer);
    };
    const broken = (why: string): void => done({ kind: "broken", why });
    session.on("error", (error: NodeJS.ErrnoException) => {
      if (error.message === "stopped") reject(error);
      else broken(whyOf(error));
    });
    // Closed in order but without an answer, as a server does that restarts: nothing is wrong with the protocol.
    const unanswered = (): void => {
      session.destroy();
      reject(new Error("closed without an answer"));
    };
    session.on("goaway", (code) => (code === 0 ? unanswered() : broken(`GOAWAY with code ${code}`)));
    session.on("close", () => broken("the connection was closed"));
    const stream = session.request({ ":path": "/", "user-agent": "optropic-verify" }, { endStream: true });
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.message === "stopped") reject(error);
      else broken(whyOf(error));
    });
    stream.on("response", (headers) => done({ kind: "answered", status: headers[":status"] ?? 0 }));
    stream.on("close", () =>
      stream.rstCode === 0 ? unanswered() : broken(`the stream was reset with code ${stream.rstCode}`),
    );
  });
}

function whyOf({ code, message }: NodeJS.ErrnoException): string {
  return code === undefined ? message : `${code}: ${message}`;
}
