import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import type { Context } from "../context.ts";
import { addressOf } from "./targets.ts";

/** The first two bytes that name each version on the wire. */
export const tlsVersions = { "1.0": 0x0301, "1.1": 0x0302, "1.2": 0x0303, "1.3": 0x0304 } as const;

export type TlsVersion = keyof typeof tlsVersions;

/**
 * What a server answers to an offer. Only an alert is a refusal: a connection that is closed may be a network's
 * fault.
 */
export type HelloAnswer =
  | { readonly kind: "accepted"; readonly version: number; readonly suite: number }
  | { readonly kind: "alert"; readonly code: number }
  | { readonly kind: "silent" };

/** With every exchange of keys, since an old server may know only one: ECDHE, RSA and DHE. */
const oldSuites = [
  ...[0xc013, 0xc014, 0xc009, 0xc00a, 0x002f, 0x0035, 0x000a],
  ...[0x0033, 0x0039, 0x0032, 0x0038, 0x0016, 0x0041, 0x0084, 0x0005, 0x0004],
] as const;

/** Suites that any server of a version should know. */
const usualSuites = {
  "1.0": oldSuites,
  "1.1": oldSuites,
  "1.2": [
    0xc02b,
    0xc02f,
    0xc02c,
    0xc030,
    0xcca9,
    0xcca8,
    0xc027,
    0xc023,
    0x009c,
    0x009d,
    0x009e,
    ...oldSuites,
  ],
  "1.3": [0x1301, 0x1302, 0x1303],
} as const satisfies Record<TlsVersion, readonly number[]>;

/**
 * Offers one version and some cipher suites in a ClientHello of our own (RFC 5246 and RFC 8446, section 4.1.2): the
 * library that Node.js uses refuses old versions by itself, which would look like the server's refusal.
 */
export async function offer(
  context: Context,
  host: string,
  version: TlsVersion,
  suites: readonly number[] = usualSuites[version],
): Promise<HelloAnswer> {
  const { signal, limits, targets } = context;
  const socket = connect({ ...(await addressOf(host, "https", targets)), signal });
  // Until the answer is complete: bytes that drip in end no wait.
  const timer = setTimeout(() => socket.destroy(), limits.requestMs);
  try {
    await once(socket, "connect");
    socket.write(clientHello(host, version, suites));
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk]);
      const answer = readAnswer(received);
      if (answer === undefined && received.length < maximumAnswer) continue;
      context.record(JSON.stringify(answer ?? "too long"));
      return answer ?? { kind: "silent" };
    }
    return { kind: "silent" };
  } catch {
    signal.throwIfAborted();
    return { kind: "silent" };
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** Longest record (RFC 8446, section 5.1). */
const maximumAnswer = 5 + 16_384 + 256;

/**
 * Alerts after which a handshake goes on, or ends as any connection does: close_notify, user_canceled,
 * no_renegotiation (RFC 5246, section 7.2).
 */
const harmless = [0, 90, 100];

/** That the name is unknown may be a warning, which old servers send before they accept (RFC 6066, section 3). */
const unrecognizedName = 112;

/** Reads records until the answer is complete; undefined where more must come. */
export function readAnswer(bytes: Buffer): HelloAnswer | undefined {
  let hello = Buffer.alloc(0);
  let rest = bytes;
  while (rest.length >= 5 && rest.length >= 5 + rest.readUInt16BE(3)) {
    const type = rest[0];
    const body = rest.subarray(5, 5 + rest.readUInt16BE(3));
    rest = rest.subarray(5 + body.length);
    if (type === 21 && body.length === 2) {
      const [level = 0, code = 0] = body;
      if (!harmless.includes(code) && !(level === 1 && code === unrecognizedName)) {
        return { kind: "alert", code };
      }
      continue;
    }
    if (type !== 22 || body.length === 0) return { kind: "silent" };
    // A message may be cut into several records.
    hello = Buffer.concat([hello, body]);
    if (hello.length >= 4 && hello.length >= 4 + hello.readUIntBE(1, 3)) return readHello(hello);
  }
  return undefined;
}

function readHello(body: Buffer): HelloAnswer {
  if (body[0] !== 2 || body.length < 41) return { kind: "silent" };
  const legacy = body.readUInt16BE(4);
  const after = 39 + (body[38] ?? 0);
  if (body.length < after + 3) return { kind: "silent" };
  const suite = body.readUInt16BE(after);
  // A suite of TLS 1.3 goes with no other version, and its real version stands in an extension.
  return { kind: "accepted", version: suite >> 8 === 0x13 ? tlsVersions["1.3"] : legacy, suite };
}

function clientHello(host: string, version: TlsVersion, suites: readonly number[]): Buffer {
  const legacy = Math.min(tlsVersions[version], tlsVersions["1.2"]);
  const body = Buffer.concat([
    word(legacy),
    randomBytes(32),
    vector(1, randomBytes(32)),
    vector(2, Buffer.concat(suites.map(word))),
    vector(1, Buffer.from([0])),
    vector(2, Buffer.concat(extensions(host, version))),
  ]);
  const message = Buffer.concat([Buffer.from([1]), length(3, body.length), body]);
  return Buffer.concat([Buffer.from([22]), word(tlsVersions["1.0"]), vector(2, message)]);
}

function extensions(host: string, version: TlsVersion): Buffer[] {
  const name = Buffer.concat([Buffer.from([0]), vector(2, Buffer.from(host))]);
  const groups = [0x001d, 0x0017, 0x0018];
  const signatures = [0x0403, 0x0503, 0x0804, 0x0805, 0x0401, 0x0501, 0x0203, 0x0201];
  const common = [
    extension(0, vector(2, name)),
    extension(10, vector(2, Buffer.concat(groups.map(word)))),
    extension(11, vector(1, Buffer.from([0]))),
    extension(13, vector(2, Buffer.concat(signatures.map(word)))),
    // Servers under FIPS 140-3 refuse a client without the first, and careful ones a client without the second.
    extension(0x0017, Buffer.alloc(0)),
    extension(0xff01, Buffer.from([0])),
  ];
  if (version !== "1.3") return common;
  const share = Buffer.concat([word(0x001d), vector(2, randomBytes(32))]);
  return [...common, extension(43, vector(1, word(tlsVersions["1.3"]))), extension(51, vector(2, share))];
}

function extension(type: number, content: Buffer): Buffer {
  return Buffer.concat([word(type), vector(2, content)]);
}

/** Bytes with their length before them. */
function vector(bytes: 1 | 2, content: Buffer): Buffer {
  return Buffer.concat([length(bytes, content.length), content]);
}

function length(bytes: 1 | 2 | 3, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

function word(value: number): Buffer {
  return length(2, value);
}
