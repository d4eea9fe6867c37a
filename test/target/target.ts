import type { Server } from "node:net";
import type { Settings } from "../../config/settings.ts";
import type { Targets } from "../../verify/network/targets.ts";
import { freePort } from "../ports.ts";
import { type Authority, createAuthority } from "./authority.ts";
import type { Fault } from "./faults.ts";
import { startNameServers } from "./name-server.ts";
import { answerQuic } from "./quic.ts";
import type { ServiceOptions } from "./service/options.ts";
import { type Account, createService, type Database } from "./service.ts";

/** A platform on loopback that passes every probe until a fault is switched on. */
export interface Target {
  readonly targets: Required<Pick<Targets, "https" | "http" | "dns">>;
  /** The key of the root zone of its name servers, as a DS record. */
  readonly anchor: string;
  /** Names of the name servers of its zone. */
  readonly nameServers: readonly string[];
  /** Certificate of the authority that certified it, in PEM. */
  readonly authorities: string;
  /** The authority itself, for what stands beside the target. */
  readonly authority: Authority;
  readonly account: Account;
  readonly metricsToken: string;
  readonly commit: string;
  /** Switches faults on and all others off, and starts the rate limits anew. */
  become(...faults: readonly Fault[]): void;
  stop(): Promise<void>;
}

export async function startTarget(
  settings: Settings,
  database: Database = memoryDatabase(),
  served?: ServiceOptions["served"],
): Promise<Target> {
  const { web, redirect, api } = settings.domains;
  const revokedAt = `http://crl.${settings.domains.zone}/authority.crl`;
  const authority = await createAuthority(revokedAt);
  const names = redirect === undefined ? [web, api] : [web, redirect, api];
  const account: Account = { email: "verify@optropic.example", password: "canary-password-5e1f" };
  const metricsToken = "canary-metrics-token-77aa";
  const commit = "3f9c2a1b5d7e8f60112233445566778899aabbcc";
  let active = new Set<Fault>();
  let round = 0;
  const identity = await authority.certify(names);
  const fromNow = (days: number): Date => new Date(Date.now() + days * 86_400_000);
  const expiring = await authority.certify(names, { from: fromNow(-85), to: fromNow(5) });
  const shortLived = await authority.certify(names, { from: fromNow(-1), to: fromNow(5) });
  const other = await authority.certify(["elsewhere.example"]);
  const lists = {
    empty: await authority.revoked([]),
    own: await authority.revoked([identity]),
    expired: await authority.revoked([], new Date(Date.now() - 3_600_000)),
    another: await (await createAuthority()).revoked([]),
  };
  const nameServers = await startNameServers(settings, (fault) => active.has(fault));
  const { app, plain } = await createService({
    settings,
    identity,
    account,
    metricsToken,
    commit,
    served,
    has: (fault) => active.has(fault),
    round: () => round,
    revokedAt,
    revoked: () => {
      if (active.has("list-missing")) return undefined;
      if (active.has("list-expired")) return lists.expired;
      if (active.has("list-of-another")) return lists.another;
      return active.has("certificate-revoked") ? lists.own : lists.empty;
    },
    database,
  });
  const [https, http] = await Promise.all([
    // At this port there is QUIC too.
    listen(app.server, async () => app.listen({ host: "127.0.0.1", port: await freePort() })),
    listen(plain),
  ]);
  const quic = await answerQuic(https, () => active);
  return {
    targets: { https, http, dns: nameServers.dns },
    anchor: nameServers.anchor,
    nameServers: nameServers.names,
    authorities: authority.cert,
    authority,
    account,
    metricsToken,
    commit,
    become(...wanted) {
      active = new Set(wanted);
      round += 1;
      const shown = active.has("certificate-expiring")
        ? expiring
        : active.has("certificate-of-another-name")
          ? other
          : active.has("short-lived-certificate")
            ? shortLived
            : identity;
      const protocols = active.has("without-http2") ? "\x08http/1.1" : "\x02h2\x08http/1.1";
      Object.assign(app.server, { ALPNProtocols: Buffer.from(protocols) });
      app.server.setSecureContext({
        ...shown,
        minVersion: active.has("old-tls") ? "TLSv1" : "TLSv1.2",
        ciphers: ciphersOf(active),
      });
    },
    async stop() {
      plain.closeAllConnections();
      await Promise.all([
        app.close(),
        nameServers.stop(),
        quic.stop(),
        new Promise((resolve) => plain.close(resolve)),
      ]);
    },
  };
}

async function listen(
  server: Pick<Server, "address" | "listen">,
  start: () => Promise<unknown> = () =>
    new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)),
): Promise<{ host: string; port: number }> {
  await start();
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return { host: "127.0.0.1", port: address.port };
}

function memoryDatabase(): Database {
  return { ping: async () => {} };
}

function ciphersOf(active: ReadonlySet<Fault>): string {
  if (active.has("weak-ciphers")) return "ALL:eNULL:aNULL:@SECLEVEL=0";
  return active.has("old-tls") ? "DEFAULT:@SECLEVEL=0" : "DEFAULT";
}

/** Journeys of users that the target's hosts answer. */
export const journeys = [
  {
    name: "A visitor opens the home page",
    requests: [{ host: "web", path: "/", expect: { contains: "<h1>Optropic</h1>", withinMs: 20_000 } }],
  },
  {
    name: "A user logs in and sees the account",
    requests: [
      {
        ...{ host: "api", method: "POST", path: "/api/trpc/login" },
        body: '{"email":"{VERIFY_USER}","password":"{VERIFY_PASSWORD}"}',
        expect: { withinMs: 20_000 },
      },
      {
        host: "api",
        path: "/api/account",
        expect: { contains: "verify@optropic.example", withinMs: 20_000 },
      },
    ],
  },
];
