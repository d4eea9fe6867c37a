import { createSocket } from "node:dgram";
import { once } from "node:events";
import { quicVersion1 } from "../../verify/network/quic.ts";
import type { Fault } from "./faults.ts";

/** Version 2 of QUIC (RFC 9369). */
const version2 = 0x6b3343cf;

/** Answers an offer of an unknown version of QUIC on a port, with the versions that there are (RFC 9000, section 6). */
export async function answerQuic(
  { host, port }: { host: string; port: number },
  faults: () => ReadonlySet<Fault>,
): Promise<{ stop(): Promise<void> }> {
  const socket = createSocket("udp4");
  socket.on("message", (raw, from) => {
    if (faults().has("quic-silent")) return;
    const destination = raw.subarray(6, 6 + (raw[5] ?? 0));
    const at = 6 + destination.length;
    const source = raw.subarray(at + 1, at + 1 + (raw[at] ?? 0));
    const versions = faults().has("quic-of-another-version") ? [version2] : [quicVersion1, version2];
    const list = Buffer.alloc(4 * versions.length);
    for (const [index, version] of versions.entries()) list.writeUInt32BE(version, 4 * index);
    const ids = [Buffer.from([source.length]), source, Buffer.from([destination.length]), destination];
    socket.send(Buffer.concat([Buffer.from([0x80, 0, 0, 0, 0]), ...ids, list]), from.port, from.address);
  });
  const listening = once(socket, "listening");
  socket.bind(port, host);
  await listening;
  return { stop: () => new Promise<void>((resolve) => socket.close(() => resolve())) };
}
