import { describe, expect, it } from "vitest";
import { args, declare, inputs, resolved, withEdge, zoneSettings } from "./edge-mock.ts";

describe("Edge", () => {
  it("declares these resources, one ruleset for each phase", async () => {
    const { declared } = await declare(args);
    expect([...declared].map(([name, { type }]) => `${type.split(":")[2]} ${name}`).sort()).toEqual([
      "DnsRecord edge-api",
      "DnsRecord edge-caa-iodef",
      "DnsRecord edge-caa-issue-letsencrypt.org",
      "DnsRecord edge-caa-issue-pki.goog",
      "DnsRecord edge-caa-issue-ssl.com",
      "DnsRecord edge-caa-issuewild-letsencrypt.org",
      "DnsRecord edge-caa-issuewild-pki.goog",
      "DnsRecord edge-caa-issuewild-ssl.com",
      "DnsRecord edge-redirect",
      "DnsRecord edge-web",
      "Ruleset edge-cache",
      "Ruleset edge-rate-limits",
      "Ruleset edge-response-headers",
      "Ruleset edge-waf-custom",
      "Ruleset edge-waf-managed",
      "UniversalSslSetting edge-universal-ssl",
      "UrlNormalizationSettings edge-url-normalization",
      "Zone edge-zone",
      "ZoneDnssec edge-dnssec",
      "ZoneSetting edge-0rtt",
      "ZoneSetting edge-always-use-https",
      "ZoneSetting edge-automatic-https-rewrites",
      "ZoneSetting edge-browser-cache-ttl",
      "ZoneSetting edge-email-obfuscation",
      "ZoneSetting edge-http2",
      "ZoneSetting edge-http3",
      "ZoneSetting edge-ipv6",
      "ZoneSetting edge-min-tls-version",
      "ZoneSetting edge-opportunistic-encryption",
      "ZoneSetting edge-rocket-loader",
      "ZoneSetting edge-security-header",
      "ZoneSetting edge-ssl",
      "ZoneSetting edge-tls-1-3",
    ]);
    const phases = [...declared.values()].flatMap(({ inputs }) => inputs.phase ?? []);
    expect(new Set(phases).size).toBe(phases.length);
  });

  it("makes every child its own, in its zone, and protects the zone alone", async () => {
    const { edge, declared } = await declare(args);
    for (const [name, { inputs, options }] of declared) {
      expect(options.parent, name).toBe(edge);
      expect(options.protect ?? false, name).toBe(name === "edge-zone");
      if (name !== "edge-zone") expect(inputs.zoneId, name).toBe("edge-zone-id");
    }
    expect(inputs(declared, "edge-zone")).toMatchObject({
      account: { id: args.accountId },
      name: "optropic.example",
      type: "full",
    });
  });

  it("gives what the registrar and the probes need", async () => {
    const { edge } = await declare(args);
    expect(await resolved(edge.zoneId)).toBe("edge-zone-id");
    expect(await resolved(edge.nameServers)).toEqual(["ns1.edge.example", "ns2.edge.example"]);
    expect(await resolved(edge.dsRecord)).toBe("optropic.example. 3600 IN DS 1 13 2 ab");
    expect(await resolved(edge.hosts)).toEqual({
      web: "optropic.example",
      redirect: "www.optropic.example",
      api: "api.optropic.example",
    });
  });

  it("signs the zone and gives each URL one spelling", async () => {
    const { declared } = await declare(args);
    expect(inputs(declared, "edge-dnssec")).toMatchObject({
      status: "active",
      dnssecMultiSigner: false,
      dnssecPresigned: false,
      dnssecUseNsec3: false,
    });
    expect(inputs(declared, "edge-url-normalization")).toMatchObject({ type: "cloudflare", scope: "both" });
  });

  it("holds the state of DNSSEC only once the registrar has the DS record", async () => {
    const pending = await declare(args);
    expect(pending.declared.get("edge-dnssec")?.options.ignoreChanges).toEqual(["status"]);
    const delegated = await declare(withEdge({ dnssecDelegated: true }));
    expect(delegated.declared.get("edge-dnssec")?.options.ignoreChanges).toBeUndefined();
  });

  it("points each host at its target, proxied", async () => {
    const { declared } = await declare(args);
    const proxied = { type: "CNAME", proxied: true, ttl: 1 };
    expect(inputs(declared, "edge-web")).toMatchObject({
      ...proxied,
      name: "optropic.example",
      content: "cname.vercel-dns.com",
    });
    expect(inputs(declared, "edge-redirect")).toMatchObject({
      ...proxied,
      name: "www.optropic.example",
      content: "cname.vercel-dns.com",
    });
    expect(inputs(declared, "edge-api")).toMatchObject({
      ...proxied,
      name: "api.optropic.example",
      content: "optropic-api.onrender.com",
    });
  });

  it("takes another web target, and no redirect host", async () => {
    const { zone, web, api } = args.domains;
    const { declared } = await declare({
      ...args,
      domains: { zone, web, api },
      webTarget: "d1.vercel-dns-017.com",
    });
    expect(inputs(declared, "edge-web").content).toBe("d1.vercel-dns-017.com");
    expect(declared.has("edge-redirect")).toBe(false);
  });

  it("lets only the listed authorities issue, and has refusals reported", async () => {
    const { declared } = await declare(withEdge({ certificateAuthorities: ["pki.goog", "pki.goog"] }));
    const caa = [...declared.values()]
      .filter(({ inputs }) => inputs.type === "CAA")
      .map(({ inputs }) => ({ name: inputs.name, data: inputs.data, ttl: inputs.ttl }));
    const record = (tag: string, value: string) => ({
      name: "optropic.example",
      data: { flags: 0, tag, value },
      ttl: 1,
    });
    expect(caa).toEqual([
      record("issue", "pki.goog"),
      record("issuewild", "pki.goog"),
      record("iodef", "mailto:security@optropic.example"),
    ]);
  });

  it("declares a certificate for every host", async () => {
    const { declared } = await declare(args);
    expect(inputs(declared, "edge-universal-ssl")).toMatchObject({ enabled: true });

    const deep = { ...args.domains, api: "api.eu.optropic.example" };
    const { declared: withPack } = await declare({ ...args, domains: deep });
    expect(inputs(withPack, "edge-certificate")).toMatchObject({
      type: "advanced",
      certificateAuthority: "lets_encrypt",
      hosts: ["optropic.example", "api.eu.optropic.example"],
      validationMethod: "txt",
      validityDays: 90,
    });
  });

  it("refuses a host that no allowed authority can certify, and says what to add", async () => {
    const domains = { ...args.domains, api: "api.eu.optropic.example" };
    const edge = { ...args.edge, certificateAuthorities: ["ca.example"] };
    await expect(declare({ ...args, domains, edge })).rejects.toThrow(
      "No certificate can be ordered for api.eu.optropic.example: edge.certificateAuthorities allows none of letsencrypt.org, pki.goog or ssl.com. Add one of them.",
    );
  });

  it("is strict about TLS and HTTPS with the checklist's own figures", async () => {
    const { declared } = await declare(args);
    expect(zoneSettings(declared)).toEqual({
      ssl: "strict",
      min_tls_version: "1.2",
      tls_1_3: "on",
      "0rtt": "off",
      always_use_https: "on",
      automatic_https_rewrites: "on",
      opportunistic_encryption: "on",
      security_header: {
        strict_transport_security: {
          enabled: true,
          max_age: 31_536_000,
          include_subdomains: true,
          preload: true,
          nosniff: true,
        },
      },
      http2: "on",
      http3: "on",
      ipv6: "on",
      browser_cache_ttl: 0,
      email_obfuscation: "off",
      rocket_loader: "off",
    });
  });

  it("leaves each thing that holds for the whole zone as it is where the settings say so, and no other", async () => {
    const all = {
      strictTls: true,
      minTlsVersion: true,
      alwaysHttps: true,
      hsts: true,
      caa: true,
      dnssec: true,
    };
    const namesOf = async (zoneWide: typeof all) =>
      new Set((await declare(withEdge({ zoneWide }))).declared.keys());
    const every = await namesOf(all);
    const without = async (name: keyof typeof all) =>
      [...every.difference(await namesOf({ ...all, [name]: false }))].toSorted();
    expect(await without("strictTls")).toEqual(["edge-ssl"]);
    expect(await without("minTlsVersion")).toEqual(["edge-min-tls-version"]);
    expect(await without("alwaysHttps")).toEqual(["edge-always-use-https"]);
    expect(await without("hsts")).toEqual(["edge-security-header"]);
    expect(await without("dnssec")).toEqual(["edge-dnssec"]);
    const caa = await without("caa");
    expect(caa.length).toBeGreaterThan(2);
    expect(caa.filter((name) => !name.startsWith("edge-caa-"))).toEqual([]);
    const { edge } = await declare(withEdge({ zoneWide: { ...all, dnssec: false } }));
    expect(await resolved(edge.dsRecord)).toBe("");
  });

  it("declares weaker TLS where the settings say so, and leaves the verdict to the policies", async () => {
    const { declared } = await declare(
      withEdge({
        minTlsVersion: "1.0",
        alwaysHttps: false,
        hsts: { maxAgeSeconds: 300, includeSubdomains: false, preload: false },
      }),
    );
    expect(zoneSettings(declared)).toMatchObject({
      min_tls_version: "1.0",
      always_use_https: "off",
      security_header: {
        strict_transport_security: { max_age: 300, include_subdomains: false, preload: false },
      },
    });
  });
});
