import { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
import { Zone } from "@pulumi/cloudflare/zone.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";

const count = new pulumi.Config().requireNumber("count");

const zone = new Zone("zone", { account: { id: "0123456789abcdef0123456789abcdef" }, name: "many.example" });

// Half are secrets, half are records that depend on them and on the zone, as a real stack's resources do.
for (let index = 0; index < count / 2; index += 1) {
  const password = new RandomPassword(`password-${index}`, { length: 64, special: false });
  new DnsRecord(`record-${index}`, {
    zoneId: zone.id,
    name: `host-${index}.many.example`,
    type: "TXT",
    content: password.result,
    ttl: 1,
    proxied: false,
    comment: "one of many",
  });
}
