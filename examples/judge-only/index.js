import { DnsRecord, Zone, ZoneSetting } from "@pulumi/cloudflare";
import { Config } from "@pulumi/pulumi";

const name = new Config().require("zone");
const zone = new Zone("zone", { name, account: { id: "0123456789abcdef0123456789abcdef" }, type: "full" });
const zoneId = zone.id;

new DnsRecord("www", { zoneId, name: `www.${name}`, type: "CNAME", content: name, ttl: 1, proxied: true });
new ZoneSetting("tls", { zoneId, settingId: "min_tls_version", value: "1.0" });

export { zoneId };
