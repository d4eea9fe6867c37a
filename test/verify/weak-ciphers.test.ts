import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { oldTlsRefused, weakCiphersRefused } from "../../verify/tls.ts";
import { accept, writtenSettings } from "../config/stack.ts";
import { verified } from "../target/verified.ts";

const settings = accept(writtenSettings("production"));
const running: Server[] = [];
afterEach(() => {
  for (const server of running.splice(0)) server.close();
});

const usual = [0xc02f, 0x1301];
const record = (type: number, body: readonly number[]) =>
  Buffer.from([type, 3, 3, body.length >> 8, body.length & 255, ...body]);
const word = (value: number) => [value >> 8, value & 255];
const hello = (suite: number) =>
  record(22, [2, 0, 0, 38, 3, 3, ...Array<number>(32).fill(7), 0, ...word(suite), 0]);
const alert = record(21, [2, 40]);

/** Suites that a ClientHello offers (RFC 5246, section 7.4.1.2). */
function offered(sent: Buffer): number[] {
  const at = 44 + (sent[43] ?? 0);
  const length = sent.readUInt16BE(at);
  return Array.from({ length: length / 2 }, (_, index) => sent.readUInt16BE(at + 2 + 2 * index));
}

/** What the probes tell of a server that answers as a function says. */
async function told(answer: (suites: number[]) => Buffer | undefined) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (sent) => {
      const reply = answer(offered(sent));
      if (reply === undefined) socket.destroy();
      else socket.end(reply);
    });
  });
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const targets = { https: { host: "127.0.0.1", port: address.port } };
  const { probes } = await verified({
    ...{
      settings,
      targets,
      probes: [weakCiphersRefused, oldTlsRefused],
      limits: { requestMs: 60_000, probeMs: 120_000 },
    },
  });
  const [weak] = probes;
  const wrong = weak?.checks.filter(({ state }) => state !== "holds").map(({ subject }) => subject) ?? [];
  return { state: weak?.state, wrong: new Set(wrong.map((subject) => subject.replace(/ of \S+$/, ""))) };
}

const knowing = (suite: number) => (suites: number[]) =>
  suites.includes(suite)
    ? hello(suite)
    : suites.some((each) => usual.includes(each))
      ? hello(usual[0] ?? 0)
      : alert;

describe("a server that takes a weak cipher", () => {
  // The names are those of IANA's registry.
  it.each<[string, number, string]>([
    ["TLS_RSA_WITH_NULL_SHA", 0x0002, "suites without encryption"],
    ["TLS_ECDHE_RSA_WITH_NULL_SHA", 0xc010, "suites without encryption"],
    ["TLS_DH_anon_WITH_AES_128_CBC_SHA", 0x0034, "suites without authentication"],
    ["TLS_ECDH_anon_WITH_AES_256_CBC_SHA", 0xc019, "suites without authentication"],
    ["TLS_RSA_WITH_RC4_128_SHA", 0x0005, "suites with RC4, DES or 3DES"],
    ["TLS_RSA_WITH_3DES_EDE_CBC_SHA", 0x000a, "suites with RC4, DES or 3DES"],
    ["TLS_ECDHE_ECDSA_WITH_RC4_128_SHA", 0xc007, "suites with RC4, DES or 3DES"],
    ["TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA", 0x0016, "suites with RC4, DES or 3DES"],
    ["TLS_RSA_EXPORT_WITH_RC4_40_MD5", 0x0003, "suites for export"],
  ])("such as %s is found", async (_, suite, what) => {
    expect(await told(knowing(suite))).toEqual({ state: "does-not-hold", wrong: new Set([what]) });
  });

  it("is told from one that refuses them, one that hangs up, and one that refuses everything", async () => {
    expect((await told(knowing(0x1301))).state).toBe("holds");
    const silent = await told((suites) =>
      suites.some((each) => usual.includes(each)) ? hello(usual[0] ?? 0) : undefined,
    );
    expect(silent.state).toBe("unknown");
    expect((await told(() => alert)).state).toBe("unknown");
    expect((await told(() => undefined)).state).toBe("unknown");
  });
});
