import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { Address } from "./targets.ts";

/** A version that no server has: servers answer it with those that they have (RFC 9000, section 15). */
const reserved = 0x1a2a3a4a;

/** QUIC version 1, which HTTP/3 goes by (RFC 9000). */
export const quicVersion1 = 0x00000001;

/** Bytes that a first packet has at least, so that nobody is flooded with answers (RFC 9000, section 14.1). */
const leastBytes = 1200;

const attempts = 3;

/**
 * Asks a server by UDP which versions of QUIC it speaks. Needs no encryption: an offer of an unknown version is
 * answered in plain (RFC 9000, section 6).
 *
 * @returns the versions; undefined where nothing came back, as on a network without UDP
 */
export function quicVersions(
  address: Address,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<readonly number[] | undefined> {
  const [destination, source] = [randomBytes(8), randomBytes(8)];
  const offer = offerOf(destination, source);
  const socket = createSocket(isIPv6(address.host) ? "udp6" : "udp4");
  return new Promise((resolve) => {
    let sent = 0;
    let timer: NodeJS.Timeout | undefined;
    const end = (versions?: readonly number[]): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      socket.close();
      resolve(versions);
    };
    const stop = (): void => end();
    const send = (): void => {
      if (sent === attempts) {
        end();
        return;
      }
      sent += 1;
      socket.send(offer);
      timer = setTimeout(send, timeoutMs / attempts);
    };
    socket.on("error", () => end());
    socket.on("message", (raw) => {
      const versions = versionsIn(raw, destination, source);
      if (versions !== undefined) end(versions);
    });
    socket.connect(address.port, address.host, send);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}

function offerOf(destination: Buffer, source: Buffer): Buffer {
  const packet = Buffer.alloc(leastBytes);
  const head = Buffer.from([0xc0, 0, 0, 0, 0]);
  head.writeUInt32BE(reserved, 1);
  const ids = [Buffer.from([destination.length]), destination, Buffer.from([source.length]), source];
  Buffer.concat([head, ...ids]).copy(packet);
  return packet;
}

/** Versions in a Version Negotiation packet that answers our offer (RFC 9000, section 17.2.1). */
function versionsIn(raw: Buffer, destination: Buffer, source: Buffer): number[] | undefined {
  const ids = Buffer.concat([
    Buffer.from([source.length]),
    source,
    Buffer.from([destination.length]),
    destination,
  ]);
  const start = 5 + ids.length;
  if (raw.length < start + 4 || ((raw[0] ?? 0) & 0x80) === 0 || raw.readUInt32BE(1) !== 0) return undefined;
  if (!raw.subarray(5, start).equals(ids)) return undefined;
  const versions: number[] = [];
  for (let at = start; at + 4 <= raw.length; at += 4) versions.push(raw.readUInt32BE(at));
  return versions;
}
