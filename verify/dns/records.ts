import { BlockList, isIPv6 } from "node:net";
import type { Context } from "../context.ts";
import { isPrivate } from "../network/targets.ts";
import { type Check, compare, eachOf, probe } from "../probe.ts";
import { settingOf } from "../settings.ts";
import { Unknown } from "../unknown.ts";
import { type Addresses, publicAddressesOf, resolved } from "./ask.ts";

export const hostsResolved = probe({
  name: "hosts-resolved",
  items: ["7.6", "7.7"],
  title: "Every host must have addresses, all of them public.",
  needs: ["dns"],
  settings: ["domains.web"],
  measure: (context) =>
    eachOf(context.allHosts, String, async (host) => {
      const found = await resolved(context, host, "A");
      // A host of IPv6 alone has addresses too.
      const other = found.kind === "none" ? await resolved(context, host, "AAAA") : found;
      return [publicCheck(context, host, other.kind === "none" ? "A, AAAA" : "addresses", other)];
    }),
});

export const ipv6Resolved = probe({
  name: "ipv6-resolved",
  items: ["7.7"],
  title: "Every host must have addresses of IPv6, all of them public.",
  needs: ["dns"],
  settings: ["domains.web"],
  measure: (context) =>
    eachOf(context.allHosts, String, async (host) => {
      const found = await resolved(context, host, "AAAA");
      if (found.kind === "none" && (await resolved(context, host, "A")).kind === "none") {
        throw new Unknown("no-data", `${host} has no address at all`);
      }
      return [publicCheck(context, host, "AAAA", found)];
    }),
});

function publicCheck(context: Context, host: string, what: string, found: Addresses): Check {
  const addresses = found.kind === "found" ? found.addresses : [];
  const none = found.kind === "circle" ? "aliases that lead in a circle" : "no address";
  return compare(`${what} of ${host}`, {
    expected: "public addresses",
    measured: addresses.join(", ") || none,
    holds: addresses.length > 0 && !addresses.some(isPrivate),
    setting: settingOf(context, host),
  });
}

/** Networks from which Cloudflare serves proxied records (cloudflare.com/ips). */
const edge = new BlockList();
for (const network of [
  ...["173.245.48.0/20", "103.21.244.0/22", "103.22.200.0/22", "103.31.4.0/22", "141.101.64.0/18"],
  ...["108.162.192.0/18", "190.93.240.0/20", "188.114.96.0/20", "197.234.240.0/22", "198.41.128.0/17"],
  ...["162.158.0.0/15", "104.16.0.0/13", "104.24.0.0/14", "172.64.0.0/13", "131.0.72.0/22"],
  ...["2400:cb00::/32", "2606:4700::/32", "2803:f800::/32", "2405:b500::/32", "2405:8100::/32"],
  ...["2a06:98c0::/29", "2c0f:f248::/32"],
]) {
  const [address = "", prefix] = network.split("/");
  edge.addSubnet(address, Number(prefix), isIPv6(address) ? "ipv6" : "ipv4");
}

export const hostsBehindEdge = probe({
  name: "hosts-behind-edge",
  items: ["6.8", "7.8"],
  title:
    "Every host must resolve to the edge alone, so that nothing goes past its cache, firewall and limits.",
  needs: ["dns"],
  settings: ["domains.web"],
  measure: (context) =>
    eachOf(context.allHosts, String, async (host) => {
      const families = await Promise.all(
        (["A", "AAAA"] as const).map((type) => publicAddressesOf(context, host, type)),
      );
      const addresses = families.flat();
      if (addresses.length === 0) throw new Unknown("no-data", `${host} has no address`);
      const past = addresses.filter((address) => !edge.check(address, isIPv6(address) ? "ipv6" : "ipv4"));
      const expected = "addresses of Cloudflare";
      return [
        compare(host, {
          expected,
          measured: past.length === 0 ? expected : `${past.join(", ")} besides`,
          holds: past.length === 0,
          setting: settingOf(context, host),
        }),
      ];
    }),
});
