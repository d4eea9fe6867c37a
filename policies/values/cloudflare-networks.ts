import { BlockList, isIP } from "node:net";

/** From which Cloudflare connects to what is behind it: https://www.cloudflare.com/ips-v4 */
const networks = [
  "173.245.48.0/20",
  "103.21.244.0/22",
  "103.22.200.0/22",
  "103.31.4.0/22",
  "141.101.64.0/18",
  "108.162.192.0/18",
  "190.93.240.0/20",
  "188.114.96.0/20",
  "197.234.240.0/22",
  "198.41.128.0/17",
  "162.158.0.0/15",
  "104.16.0.0/13",
  "104.24.0.0/14",
  "172.64.0.0/13",
  "131.0.72.0/22",
];

/** The same of version 6: https://www.cloudflare.com/ips-v6 */
const networks6 = [
  "2400:cb00::/32",
  "2606:4700::/32",
  "2803:f800::/32",
  "2405:b500::/32",
  "2405:8100::/32",
  "2a06:98c0::/29",
  "2c0f:f248::/32",
];

/** Whether a list of networks lets Cloudflare in from each of its own. */
export function coversCloudflare(list: readonly string[]): boolean {
  const allowed = blockList(list);
  return networks.every((network) => allowed.check(network.split("/")[0] ?? ""));
}

/** Whether an address or network is Cloudflare's. */
export function isCloudflare(network: string): boolean {
  const [address = ""] = network.split("/");
  const isNew = address.includes(":");
  return blockList(isNew ? networks6 : networks).check(address, isNew ? "ipv6" : "ipv4");
}

function blockList(list: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const network of list) {
    const [address = "", prefix] = network.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    const bits = Number(prefix ?? (family === "ipv6" ? 128 : 32));
    if (isIP(address) > 0 && bits >= 0 && bits <= (family === "ipv6" ? 128 : 32)) {
      blocks.addSubnet(address, bits, family);
    }
  }
  return blocks;
}
