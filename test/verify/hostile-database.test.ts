import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { registry } from "../../verify/registry.ts";
import { accept, writtenSettings } from "../config/stack.ts";
import { inState, verified } from "../target/verified.ts";

const settings = accept(writtenSettings("production"));
const ofTheDatabase = registry.filter(({ needs }) => needs.includes("database"));
const running: { server: Server; sockets: Set<Socket> }[] = [];

afterEach(async () => {
  for (const { server, sockets } of running.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A message of the server: its kind, and what is in it. */
function message(kind: string, ...body: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(5);
  head.write(kind);
  head.writeUInt32BE(4 + Buffer.concat(body).length, 1);
  return Buffer.concat([head, ...body]);
}

const number = (value: number): Buffer => Buffer.from([0, 0, 0, value]);
const goesOn = Buffer.concat([message("R", number(0)), message("Z", Buffer.from("I"))]);
const asksForPassword = message("R", number(3));
/** One column of text: its name, table, place, type, size, modifier and format. */
const oneColumn = message(
  "T",
  Buffer.from([0, 1, 0x78, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0]),
);
const endless = message("D", Buffer.from([0, 1, 0, 1, 0, 0]), Buffer.alloc(65_536, 0x61));

/** A server that has its own answers to what clients send. */
async function hostile(answer: (socket: Socket, sent: Buffer) => void) {
  const sockets = new Set<Socket>();
  let heard = "";
  const server = createServer((socket) => {
    sockets.add(socket);
    socket
      .on("error", () => undefined)
      .on("data", (sent) => {
        heard += sent.toString("latin1");
        answer(socket, sent);
      });
  });
  running.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `postgresql://postgres:canary-4e1d@127.0.0.1:${address.port}/platform?sslmode=disable`,
    heard: () => heard,
  };
}

function flood(socket: Socket, chunk: Buffer): void {
  const more = (): void => {
    if (!socket.destroyed && socket.write(chunk)) setImmediate(more);
  };
  socket.on("drain", more);
  more();
}

/** Where nothing is waited for, however slow the machine is. */
const patient = { requestMs: 60_000, probeMs: 120_000 };

function measured(url: string, names: readonly string[] = [], limits = { requestMs: 200, probeMs: 400 }) {
  const probes = ofTheDatabase.filter(({ name }) => names.length === 0 || names.includes(name));
  const environment = { VERIFY_DATABASE_URL: url, VERIFY_POOLER_URL: url };
  return verified({ settings, targets: {}, probes, limits, environment, declared: [] });
}

describe("a hostile database", () => {
  it.each<[string, (socket: Socket) => void]>([
    ["hangs up", (socket) => socket.destroy()],
    ["is no database", (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["sends bytes without an end", (socket) => flood(socket, Buffer.alloc(65_536, 0xff))],
    ["announces more than there is", (socket) => socket.write(Buffer.from("E\xff\xff\xff\xffS", "latin1"))],
  ])("that %s is unknown in every probe", async (_, attack) => {
    const { url } = await hostile(attack);
    const found = await measured(url);
    expect(inState(found, "unknown")).toEqual(ofTheDatabase.map(({ name }) => name));
    expect(JSON.stringify(found)).not.toContain("canary");
  });

  it("that never answers is unknown in bounded time", async () => {
    const { url } = await hostile(() => undefined);
    const found = await measured(url, [], { requestMs: 100, probeMs: 300 });
    expect(inState(found, "unknown")).toEqual(ofTheDatabase.map(({ name }) => name));
  });

  it("that sends rows without an end is hung up on", async () => {
    const { url } = await hostile((socket, sent) => {
      if (sent[0] === 0) socket.write(goesOn);
      else if (sent.includes("select")) {
        socket.write(oneColumn);
        flood(socket, endless);
      } else socket.write(Buffer.concat([message("C", Buffer.from("OK\0")), goesOn.subarray(9)]));
    });
    const before = process.memoryUsage().rss;
    const { probes } = await measured(url, ["database-answers"], patient);
    expect(probes).toMatchObject([{ state: "unknown", reason: "target-refused" }]);
    expect(probes[0]?.message).toContain("more than 64 MiB");
    expect(process.memoryUsage().rss - before).toBeLessThan(600 * 1024 * 1024);
  });

  it("that asks for a password without TLS is told none by the probe of TLS", async () => {
    const secure = await hostile((socket, sent) => {
      socket.write(sent.length === 8 ? "N" : asksForPassword);
    });
    const { probes } = await measured(secure.url, ["database-encrypted"], patient);
    expect(probes[0]?.checks).toMatchObject([
      { state: "does-not-hold", measured: "accepted" },
      { state: "does-not-hold", measured: "the server offers no TLS" },
    ]);
    expect(secure.heard()).toContain("optropic verify");
    expect(secure.heard()).not.toContain("canary");
  });
});
