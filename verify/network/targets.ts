import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { Failure } from "../../lib/failure.ts";
import { Unknown } from "../unknown.ts";

/** Where to connect in place of what a name resolves to, by scheme, as `--target` says. */
export interface Targets {
  readonly https?: Address;
  readonly http?: Address;
  readonly dns?: Address;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

const schemes = { "https:": 443, "http:": 80, "dns:": 53 } as const;

/**
 * Reads `--target` URLs such as `https://127.0.0.1:8443`: what is to be verified there is named by the settings
 * all the same, in the TLS handshake and in the `Host` header.
 *
 * @throws {Failure} `refused`
 */
export function readTargets(urls: readonly string[]): Targets {
  const found = new Map<string, Address>();
  for (const text of urls) {
    const url = URL.parse(text);
    const port = Object.entries(schemes).find(([scheme]) => scheme === url?.protocol)?.[1];
    if (url === null || port === undefined || url.hostname === "" || url.username !== "") {
      throw new Failure(
        "refused",
        `--target ${JSON.stringify(text)} is not a URL such as https://127.0.0.1:8443`,
      );
    }
    if (found.has(url.protocol)) throw new Failure("refused", `--target has two ${url.protocol}// addresses`);
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    found.set(url.protocol, { host, port: url.port === "" ? port : Number(url.port) });
  }
  const of = (scheme: keyof typeof schemes) => found.get(scheme);
  const [https, http, dns] = [of("https:"), of("http:"), of("dns:")];
  return { ...(https && { https }), ...(http && { http }), ...(dns && { dns }) };
}

/**
 * Where to connect to for a host.
 *
 * @throws {Unknown} where the name has no address, or one that only this machine or its network knows: nobody
 * outside is served there, and settings must not lead a probe to what is not meant for it
 */
export async function addressOf(host: string, scheme: "https" | "http", targets: Targets): Promise<Address> {
  const target = targets[scheme];
  if (target !== undefined) return target;
  if (targets.https !== undefined || targets.http !== undefined) {
    throw new Unknown("no-data", `no --target ${scheme}:// was given to ask for ${host}`);
  }
  const addresses = await lookup(host, { all: true }).catch((error: NodeJS.ErrnoException) => {
    throw new Unknown("target-refused", `${host} has no address (${error.code ?? "unknown"})`);
  });
  // Many networks that run probes have no IPv6.
  const found = addresses.find(({ family }) => family === 4) ?? addresses[0];
  if (found === undefined) throw new Unknown("target-refused", `${host} has no address`);
  if (isPrivate(found.address)) {
    throw new Unknown(
      "target-refused",
      `${host} resolves to ${found.address}, which is not a public address`,
    );
  }
  return { host: found.address, port: scheme === "https" ? 443 : 80 };
}

/** Whether an address is not one of the public Internet (RFC 6890). */
export function isPrivate(address: string): boolean {
  const [bare = ""] = address.split("%");
  const family = isIP(bare);
  if (family === 0) return true;
  return privateNetworks.check(bare, family === 6 ? "ipv6" : "ipv4");
}

const privateNetworks = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  // Services of Azure for its own machines.
  ["168.63.129.16", 32],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const) {
  privateNetworks.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  // With an address of IPv4 in them, which may be a private one: compatible, translated, Teredo, 6to4.
  ["::", 96],
  ["::ffff:0:0:0", 96],
  ["64:ff9b::", 96],
  ["2001::", 32],
  ["2002::", 16],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["fec0::", 10],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const) {
  privateNetworks.addSubnet(network, prefix, "ipv6");
}
