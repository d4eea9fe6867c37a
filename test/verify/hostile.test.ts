import { createServer, type Server, type Socket } from "node:net";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { strictTransport as hstsServed } from "../../verify/https.ts";
import { defaultLimits } from "../../verify/limits.ts";
import { HttpClient } from "../../verify/network/http.ts";
import { addressOf, isPrivate, readTargets } from "../../verify/network/targets.ts";
import { certificateTrusted, http2Offered, oldTlsRefused, weakCiphersRefused } from "../../verify/tls.ts";
import { accept, writtenSettings } from "../config/stack.ts";
import { inState, verified } from "../target/verified.ts";

const limits = { ...defaultLimits, bodyBytes: 64 * 1024, headerBytes: 8 * 1024 };
const servers: { server: Server; sockets: Set<Socket> }[] = [];

afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server that does to each connection what it likes, once a request has come. */
async function hostile(
  answer: (socket: Socket) => void,
): Promise<{ host: string; port: number; asked: () => number }> {
  const sockets = new Set<Socket>();
  let asked = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", () => {
      asked += 1;
      answer(socket);
    });
  });
  servers.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { host: "127.0.0.1", port: address.port, asked: () => asked };
}

async function ask(http: { host: string; port: number }, requestMs = limits.requestMs) {
  const client = new HttpClient({ targets: { http }, limits: { ...limits, requestMs } });
  try {
    const request = { host: "app.example.com", scheme: "http", path: "/" } as const;
    return await client.send(request, new AbortController().signal, () => undefined);
  } finally {
    client.close();
  }
}

const head = "HTTP/1.1 200 OK\r\n";
const zeros = Buffer.alloc(8 * 1024 * 1024);
const bomb = gzipSync(zeros);

function packed(encoding: string, body: Buffer): (socket: Socket) => void {
  const lines = `${head}content-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`;
  return (socket) => socket.end(Buffer.concat([Buffer.from(lines), body]));
}

function flood(socket: Socket, chunk: string | Buffer): void {
  const more = (): void => {
    if (!socket.destroyed && socket.write(chunk)) setImmediate(more);
  };
  socket.on("drain", more);
  more();
}

describe("a hostile target", () => {
  it.each<[string, (socket: Socket) => void, string]>([
    ["that never answers", () => undefined, "timed-out"],
    [
      "that sends one byte at a time",
      (socket) => {
        const text = `${head}x: ${"y".repeat(1000)}`;
        let sent = 0;
        const timer = setInterval(() => socket.write(text.charAt(sent++)), 20);
        socket.on("close", () => clearInterval(timer));
      },
      "timed-out",
    ],
    ["with an endless body", (socket) => flood(socket, `${head}\r\n${"x".repeat(65_536)}`), "too-large"],
    [
      "with an endless header",
      (socket) => flood(socket, `${head}x: ${"y".repeat(65_536)}`),
      "target-refused",
    ],
    ["that is no web server", (socket) => socket.end("SSH-2.0-x\r\n"), "target-refused"],
    ["that hangs up", (socket) => socket.destroy(), "target-refused"],
    ["with a zip bomb", packed("gzip", bomb), "too-large"],
    ["with a bomb by Brotli", packed("br", brotliCompressSync(zeros)), "too-large"],
    ["with a bomb by zstd", packed("zstd", zstdCompressSync(zeros)), "too-large"],
    [
      "with a window of zstd that takes 128 MiB",
      packed("zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x88, 0x09, 0x00, 0x00, 0x61])),
      "not-understood",
    ],
    ["with a bomb in a bomb", packed("gzip, gzip", gzipSync(bomb)), "not-understood"],
    ["with thousands of encodings", packed("gzip,".repeat(1000), gzipSync("x")), "not-understood"],
    ["with the name of a method for an encoding", packed("constructor", bomb), "not-understood"],
    [
      "with interim answers without an end",
      (socket) => flood(socket, "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".repeat(100)),
      "not-understood",
    ],
    [
      "with chunks without an end",
      (socket) => {
        socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
        flood(socket, `1000\r\n${"x".repeat(4096)}\r\n`);
      },
      "too-large",
    ],
    [
      "with an extension of a chunk without an end",
      (socket) => flood(socket, `${head}transfer-encoding: chunked\r\n\r\n1;${"y".repeat(65_536)}`),
      "target-refused",
    ],
    [
      "with trailers without an end",
      (socket) => flood(socket, `${head}transfer-encoding: chunked\r\n\r\n0\r\n${"t: x\r\n".repeat(10_000)}`),
      "target-refused",
    ],
    [
      "that changes to another protocol",
      (socket) =>
        socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"),
      "not-understood",
    ],
    [
      "with two lengths",
      (socket) => socket.end(`${head}content-length: 1\r\ncontent-length: 5\r\n\r\nxxxxx`),
      "target-refused",
    ],
    [
      "with an unknown encoding",
      (socket) => socket.end(`${head}content-encoding: secret\r\n\r\nx`),
      "not-understood",
    ],
  ])("%s is unknown within the limits", async (_, answer, reason) => {
    await expect(ask(await hostile(answer), reason === "timed-out" ? 200 : undefined)).rejects.toMatchObject({
      name: "Unknown",
      reason,
    });
  });

  it("that redirects in a loop, elsewhere or to a private address is followed nowhere", async () => {
    const target = await hostile((socket) =>
      socket.end("HTTP/1.1 301 M\r\nlocation: http://169.254.169.254/\r\n\r\n"),
    );
    expect(await ask(target)).toMatchObject({ status: 301 });
    expect(target.asked()).toBe(1);
  });

  it.each([
    ["with", deflateSync],
    ["without", deflateRawSync],
  ])("packed by deflate %s its wrapping is read", async (_, pack) => {
    expect((await ask(await hostile(packed("deflate", pack("Optropic"))))).body).toBe("Optropic");
  });

  it("with bytes that are no UTF-8 is read all the same", async () => {
    const target = await hostile((socket) =>
      socket.end(Buffer.concat([Buffer.from(`${head}\r\n`), Buffer.from([0xff, 0xfe])])),
    );
    expect((await ask(target)).body).toBe("\ufffd\ufffd");
  });
});

describe("a handshake of TLS that stalls", () => {
  /** Each of these waits for the same moment, so that one limit of time is waited for. */
  it.each<[string, (socket: Socket) => void]>([
    ["without an answer", () => undefined],
    [
      "with a record that drips in",
      (socket) => {
        socket.write(Buffer.from([22, 3, 3, 0x3f, 0xff]));
        const timer = setInterval(() => socket.write(Buffer.from([2])), 10);
        socket.on("close", () => clearInterval(timer));
      },
    ],
  ])("%s is unknown to each probe in time", async (_, answer) => {
    const https = await hostile(answer);
    const started = performance.now();
    const probes = [certificateTrusted, http2Offered, oldTlsRefused, weakCiphersRefused, hstsServed];
    const found = await verified({
      settings: accept(writtenSettings("production")),
      targets: { https, http: https },
      probes,
      limits: { requestMs: 150 },
    });
    expect(inState(found, "unknown")).toEqual(probes.map(({ name }) => name));
    // As soon as the limit of one request would be up that is not set here.
    expect(performance.now() - started).toBeLessThan(defaultLimits.requestMs);
  });
});

describe("where a probe may connect to", () => {
  it.each([
    "127.0.0.1",
    "10.1.2.3",
    "169.254.169.254",
    "192.168.0.1",
    "::1",
    "fd00::1",
    "fe80::1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "::127.0.0.1",
    "fe80::1%eth0",
    "168.63.129.16",
    "0x7f.1",
  ])("%s is private", (address) => expect(isPrivate(address)).toBe(true));

  it.each(["192.0.2.1", "104.16.0.1", "2606:4700::1"])("%s is not", (address) => {
    expect(isPrivate(address)).toBe(false);
  });

  it("is not what a declared name has of this machine", async () => {
    await expect(addressOf("localhost", "https", {})).rejects.toMatchObject({ reason: "target-refused" });
  });

  it("is what --target says, one for each scheme", () => {
    expect(readTargets(["https://127.0.0.1:8443", "http://[::1]:8080"])).toEqual({
      https: { host: "127.0.0.1", port: 8443 },
      http: { host: "::1", port: 8080 },
    });
    for (const wrong of [["ftp://x"], ["x"], ["https://a", "https://b"], ["https://u:p@a"]]) {
      expect(() => readTargets(wrong)).toThrow(/--target/);
    }
  });
});
