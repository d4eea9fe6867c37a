import type { ServerResponse } from "node:http";
import { createServer, type Server } from "node:http";
import { createServer as createSecure, type Server as SecureServer } from "node:https";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registry } from "../../verify/registry.ts";
import { verificationPage } from "../../verify/report/page.ts";
import { verificationText } from "../../verify/report/text.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";
import { createAuthority } from "../target/authority.ts";
import { journeys } from "../target/target.ts";
import { type Given, verified } from "../target/verified.ts";

const settings = accept(
  Object.entries({
    "edge.rateLimits.api.requests": 20,
    "verify.journeys": journeys,
  }).reduce((all, [path, value]) => changed(all, path, value), writtenSettings("production")),
);
const limits = {
  probeMs: 4000,
  requestMs: 200,
  dnsMs: 200,
  bodyBytes: 512 * 1024,
  headerBytes: 64 * 1024,
};
const probes = registry
  .filter(({ needs }) => needs.includes("web"))
  .map((probe) => ({ ...probe, ...(probe.limitMs !== undefined && { limitMs: 4000 }) }));

type Attack = (response: ServerResponse) => void;

let attack: Attack = (response) => response.end();
let secure: SecureServer;
let plain: Server;
let given: Given;
const met: string[] = [];

beforeAll(async () => {
  const authority = await createAuthority();
  const { web, redirect = web, api } = settings.domains;
  const identity = await authority.certify([web, redirect, api]);
  const meet = (request: { headers: NodeJS.Dict<string | string[]>; url?: string | undefined }): void => {
    met.push(JSON.stringify([request.url, request.headers]));
  };
  secure = createSecure(identity, (request, response) => {
    request.on("error", () => undefined).resume();
    response.on("error", () => undefined);
    attack(response);
  });
  plain = createServer((request, response) => {
    meet(request);
    response.on("error", () => undefined);
    attack(response);
  });
  for (const server of [secure, plain]) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }
  given = {
    settings,
    probes,
    limits,
    targets: { https: addressOf(secure), http: addressOf(plain) },
    authorities: authority.cert,
    outputs: { metricsToken: "canary-metrics-1d4e" },
    environment: {
      VERIFY_USER: "verify@optropic.example",
      VERIFY_PASSWORD: "canary-password-88b2",
      VERIFY_COMMIT: "3f9c2a1b5d7e",
    },
  };
});

afterAll(async () => {
  for (const server of [secure, plain]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

function addressOf(server: Server | SecureServer): { host: string; port: number } {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return { host: "127.0.0.1", port: address.port };
}

const megabyte = 1024 * 1024;
const bomb = gzipSync(Buffer.alloc(64 * megabyte));
const html = { "content-type": "text/html" };

function flood(response: ServerResponse, chunk: string): void {
  const more = (): void => {
    if (!response.destroyed && response.write(chunk)) setImmediate(more);
  };
  response.on("drain", more);
  more();
}

/** Text of some kinds over and over, on which a careless pattern would spend minutes. */
function repeated(...pieces: readonly string[]): Attack {
  const body = pieces.map((piece) => piece.repeat(Math.ceil(65_536 / piece.length))).join("\n");
  if (body.length > limits.bodyBytes) throw new Error("It would be refused for its length alone");
  return (response) => response.writeHead(200, html).end(body);
}

const attacks: Record<string, Attack> = {
  "never answers": () => undefined,
  "hangs up": (response) => response.socket?.destroy(),
  "sends a body without an end": (response) => flood(response.writeHead(200, html), "x".repeat(65_536)),
  "sends one byte at a time": (response) => {
    response.writeHead(200, html);
    const timer = setInterval(() => response.write("x"), 20);
    response.on("close", () => clearInterval(timer));
  },
  "sends a zip bomb": (response) =>
    response.writeHead(200, { ...html, "content-encoding": "gzip" }).end(bomb),
  "redirects to itself": (response) =>
    response.writeHead(301, { location: `https://${settings.domains.web}/` }).end(),
  "redirects to itself over http": (response) =>
    response.writeHead(301, { location: `http://${settings.domains.web}/` }).end(),
  "redirects to a private address": (response) =>
    response.writeHead(307, { location: "http://169.254.169.254/latest/meta-data" }).end(),
  "refuses everything as too much": (response) => response.writeHead(429, { "retry-after": "60" }).end(),
  "refuses everything": (response) => response.writeHead(403, html).end("Forbidden"),
  "asks for a password first": (response) =>
    response.writeHead(401, { "www-authenticate": 'Basic realm="site"' }).end("Unauthorized"),
  "is a deployment that was deleted": (response) =>
    response.writeHead(404, { "x-vercel-error": "DEPLOYMENT_NOT_FOUND" }).end("Not found"),
  "is turned away by Vercel": (response) =>
    response.writeHead(403, { "x-vercel-mitigated": "deny" }).end("Forbidden"),
  "is a service that does not run": (response) =>
    response.writeHead(404, { "x-render-routing": "no-server" }).end("Not Found\n"),
  "sends bytes that are not text": (response) =>
    response.writeHead(200, html).end(Buffer.alloc(65_536, 0xff)),
  "sends a header that is too long": (response) =>
    response.writeHead(200, { "x-long": "a".repeat(70_000) }).end(),
  "sends long headers of digits": (response) => {
    const long = "1".repeat(15_000);
    response.writeHead(200, {
      server: long,
      "strict-transport-security": long,
      "alt-svc": long,
      "set-cookie": long,
    });
    response.end();
  },
  "sends a long policy": (response) => {
    response
      .writeHead(200, { ...html, "content-security-policy": "script-src 'nonce-".repeat(3000) })
      .end("x");
  },
  "sends a policy of commas": (response) => {
    response.writeHead(200, { ...html, "content-security-policy": "a;,".repeat(15_000) }).end("x");
  },
  "sends blanks, lines and digits": repeated(" ", "\n", "1", "\t at "),
  "sends code over and over": repeated("SELECT ", " at a (/a:1", "/app/", "UPDATE x "),
  "sends markup over and over": repeated("<script a='", "<!--", "<meta ", 'src="/_next/static/', "</"),
  "sends data over and over": repeated("{", "[", 'a{b="c",', 'a{b="\\\\'),
};

/** What is told by the handshake alone, which is a sound one here, or by the absence of markup. */
const ofTheHandshake = [
  "certificate-trusted",
  "old-tls-refused",
  "weak-ciphers-refused",
  "input-not-reflected",
];

describe("a hostile platform", () => {
  it.each(Object.entries(attacks))("that %s costs little, and passes for nothing", async (_, chosen) => {
    attack = chosen;
    met.length = 0;
    const verification = await verified(given);
    expect(verification.probes.filter(({ state }) => state === "error")).toEqual([]);
    const outputs = [
      JSON.stringify(verification),
      verificationText(verification),
      verificationPage(verification),
    ];
    const held = verification.probes.filter(({ state }) => state === "holds").map(({ name }) => name);
    expect(held.filter((name) => !ofTheHandshake.includes(name))).toEqual([]);
    // Nothing that is secret goes over http, wherever a redirect leads.
    expect(met.join()).not.toContain("canary");
    for (const output of outputs) {
      expect(output).not.toContain("canary");
      expect(output.length).toBeLessThan(2 * megabyte);
    }
  });
});
