import { createServer, type Server } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planLines, switchText } from "../../adopt/doctor-words.ts";
import { planLimits } from "../../adopt/plan-limits.ts";
import type { Declared, Existing } from "../../adopt/resources.ts";
import { inOwnZone, neighborsOf, switchesOf } from "../../adopt/switches.ts";
import { defaultLimits } from "../../verify/limits.ts";
import { NoHandshake, shakeHands } from "../../verify/network/tls.ts";
import { createAuthority } from "../target/authority.ts";
import { listening } from "../vendors/fake/listening.ts";

const settingType = "cloudflare:index/zoneSetting:ZoneSetting";
const recordType = "cloudflare:index/dnsRecord:DnsRecord";
const dnssecType = "cloudflare:index/zoneDnssec:ZoneDnssec";

function declared(type: string, inputs: Declared["inputs"]): Declared {
  const name = String(inputs?.settingId ?? type);
  return { urn: `urn:pulumi:a::b::${type}::${name}`, type, name, custom: true, inputs };
}

function existing(type: string, properties: Existing["properties"]): Existing {
  return { type, name: "x", id: "x", properties };
}

const hsts = { strict_transport_security: { enabled: true, max_age: 31_536_000 } };

describe("switches of a zone", () => {
  const all = [
    declared(settingType, { settingId: "ssl", value: "strict" }),
    declared(settingType, { settingId: "security_header", value: hsts }),
    declared(settingType, { settingId: "http3", value: "on" }),
    declared(settingType, { settingId: "always_use_https", value: "off" }),
    declared(dnssecType, {}),
    declared(recordType, { type: "CAA", name: "@" }),
  ];

  it("are what the program switches on and what is not on yet", () => {
    const now = [
      existing(settingType, { settingId: "ssl", value: "full" }),
      existing(settingType, { settingId: "security_header", value: hsts }),
      existing(dnssecType, { status: "active" }),
    ];
    const named = (given: readonly Existing[]) =>
      switchesOf(all, given).map(({ what }) => what.split(" ")[0]);
    expect(named(now)).toEqual(["strict", "a"]);
    expect(named([])).toEqual(["strict", "HSTS", "DNSSEC", "a"]);
    expect(named([...now, existing(recordType, { type: "CAA" })])).toEqual(["strict"]);
  });

  it("are of the program's own zone, whatever others a token sees", () => {
    const zoneType = "cloudflare:index/zone:Zone";
    const zone = declared(zoneType, { name: "acme.test" });
    const zones = ["acme.test", "other.test"].map((name) => ({ ...existing(zoneType, { name }), id: name }));
    const strict = existing(settingType, { zoneId: "other.test", settingId: "ssl", value: "strict" });
    const record = existing(recordType, {
      zoneId: "other.test",
      name: "a.other.test",
      type: "A",
      content: "x",
    });
    const own = inOwnZone([zone, ...all], [...zones, strict, record]);
    expect(switchesOf(all, own).map(({ what }) => what.split(" ")[0])).toContain("strict");
    expect(neighborsOf(own)).toEqual([]);
  });

  it("reach the hosts of the zone that the program does not declare, each at what serves it", () => {
    const record = (name: string, content: string, type = "A", proxied = false) =>
      existing(recordType, { name, content, type, proxied });
    expect(
      neighborsOf([
        record("VPN.acme.test", "192.0.2.1"),
        record("shop.acme.test", "origin.test", "CNAME", true),
        record("acme.test", "v=spf1", "TXT"),
        record("*.acme.test", "192.0.2.2"),
      ]),
    ).toEqual([
      { host: "vpn.acme.test", server: "vpn.acme.test" },
      { host: "shop.acme.test", server: "origin.test" },
    ]);
  });

  it("are shown with each host that would be cut off", () => {
    const answers = [
      { host: "a.test", serves: true },
      { host: "b.test", serves: false, why: "no TLS handshake" },
      { host: "c.test", serves: undefined, why: "not asked" },
    ];
    const text = switchText(switchesOf(all, []), answers).join("\n");
    expect(text).toContain("1 other host of the zone serve TLS, of 3");
    expect(text).toContain("✗ b.test: no TLS handshake");
    expect(text).toContain("? c.test: not asked");
  });
});

describe("a host that is asked for TLS", () => {
  const servers: Server[] = [];
  let port = 0;
  let authority = "";

  beforeAll(async () => {
    const { cert, certify } = await createAuthority();
    authority = cert;
    const server = createServer(await certify(["vpn.acme.test"]));
    servers.push(server);
    ({ port } = await listening(server));
  });

  afterAll(() => {
    for (const server of servers) server.close();
  });

  const ask = (host: string, at: number) =>
    shakeHands(
      {
        ...{ targets: { https: { host: "127.0.0.1", port: at } }, authorities: authority },
        ...{ signal: AbortSignal.timeout(5000), limits: defaultLimits, record: () => undefined },
      },
      host,
      "192.0.2.1",
    );

  it("serves it with a certificate of its own name, or with another, or not at all", async () => {
    expect((await ask("vpn.acme.test", port)).problem).toBeUndefined();
    expect((await ask("mail.acme.test", port)).problem).toMatch(/altnames|ERR_TLS_CERT_ALTNAME_INVALID/);
    await expect(ask("vpn.acme.test", 1)).rejects.toBeInstanceOf(NoHandshake);
  });
});

describe("plans of accounts", () => {
  it("are compared with what the program declares, unless it buys the plan itself", () => {
    const plans = [
      { vendor: "cloudflare", of: "acme.test", plan: "free" },
      { vendor: "vercel", of: "team_acme", plan: "enterprise" },
      { vendor: "render", of: "tea_acme", plan: undefined },
    ];
    const limits = planLimits(plans, []);
    expect(limits.map(({ vendor, needs }) => [vendor, needs])).toEqual([["Cloudflare", "Pro"]]);
    expect(limits[0]?.features.length).toBeGreaterThan(0);
    expect(planLimits(plans, [declared("cloudflare:index/zoneSubscription:ZoneSubscription", {})])).toEqual(
      [],
    );
    expect(planLines(limits, plans).join("\n")).toMatch(
      /needs Pro[\s\S]*render, tea_acme: its plan is not known/,
    );
  });
});
