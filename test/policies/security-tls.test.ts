import { describe, expect, test } from "vitest";
import { cloudflare, render, vercel } from "../../policies/model/tokens.ts";
import * as tls from "../../policies/security-tls.ts";
import { ruleset, zoned } from "./edge-rules.ts";
import { change, type Fixture, outcomeOf, unknown, urnOf, violated, without, withProps } from "./fixture.ts";
import { passingStack } from "./passing-stack.ts";

const policies = Object.values(tls);

const statusOf = (...[policy, stack]: Parameters<typeof outcomeOf>) => outcomeOf(policy, stack).status;

const withApiHost = (host: string) =>
  withProps(passingStack(), "api-service", { customDomains: [{ name: host }] });

describe("certificates", () => {
  test("universal SSL covers one level below the zone, and no more", () => {
    expect(statusOf(tls.certificateDeclared, withApiHost("v2.optropic.example"))).toBe("passed");
    const { violations } = outcomeOf(tls.certificateDeclared, withApiHost("v2.api.optropic.example"));
    expect(violations.map(({ found }) => found)).toEqual([
      expect.stringContaining("No certificate covers v2.api.optropic.example"),
    ]);
  });

  test.each<[string, Fixture]>([
    [
      "a pack that lists it",
      zoned(cloudflare.certificatePack, "pack", { hosts: ["v2.api.optropic.example"] }),
    ],
    [
      "a pack with a wildcard",
      zoned(cloudflare.certificatePack, "pack", { hosts: ["*.api.optropic.example"] }),
    ],
    ["total TLS", zoned(cloudflare.totalTls, "total", { enabled: true })],
    ["a certificate of one's own", zoned(cloudflare.customSsl, "own", { certificate: unknown })],
  ])("a host further down is covered by %s", (_, fixture) => {
    const deep = withApiHost("v2.api.optropic.example");
    expect(statusOf(tls.certificateDeclared, [...deep, fixture])).toBe("passed");
  });

  test("a pack is a certificate of the zone without universal SSL", () => {
    const pack = zoned(cloudflare.certificatePack, "pack", { hosts: ["optropic.example"] });
    const stack = without(passingStack(), "edge-universal-ssl");
    expect(statusOf(tls.certificateDeclared, [...stack, pack])).toBe("passed");
  });
});

describe("every zone is judged by itself", () => {
  const second: Fixture = { type: cloudflare.zone, name: "second-zone", props: { name: "second.example" } };

  test("a second zone without protection violates each policy on itself alone", () => {
    for (const policy of policies) {
      const { violations } = outcomeOf(policy, [...passingStack(), second]);
      expect(
        violations.map(({ resource }) => resource),
        policy.name,
      ).toEqual([urnOf(second)]);
    }
  });

  test("a zone that is declared elsewhere is known by its id", () => {
    const byId = (id: unknown): Fixture[] =>
      without(passingStack(), "edge-zone").map((fixture) =>
        fixture.from?.zoneId === undefined
          ? fixture
          : { ...fixture, props: { ...fixture.props, zoneId: id }, from: {} },
      );
    const id = "0123456789abcdef0123456789abcdef";
    for (const policy of policies) {
      expect(statusOf(policy, byId(id)), policy.name).toBe("passed");
      expect(statusOf(policy, byId(unknown)), policy.name).toBe("passed");
      expect(statusOf(policy, byId("fedcba9876543210fedcba9876543210")), policy.name).toBe("passed");
    }
    const weak = withProps(byId(id), "edge-min-tls-version", { value: "1.1" });
    expect(violated(weak)).toContain("tls-minimum-version");
  });

  test("a setting of a zone that nobody knows yet may be this zone's", () => {
    const lost = change(passingStack(), "edge-min-tls-version", (setting) => ({ ...setting, from: {} }));
    expect(statusOf(tls.minimumTls, lost)).toBe("unknown");
  });

  test("a zone that exists is known by its id as by its dependency", () => {
    const id = "0123456789abcdef0123456789abcdef";
    const existing = change(passingStack(), "edge-zone", (zone) => ({ ...zone, outputs: { id } }));
    const literal = change(existing, "edge-min-tls-version", (setting) => ({
      ...setting,
      props: { ...setting.props, zoneId: id },
      from: {},
    }));
    expect(statusOf(tls.minimumTls, literal)).toBe("passed");
  });

  test("a record in someone else's zone makes nobody responsible for it", () => {
    const record: Fixture = {
      type: cloudflare.dnsRecord,
      name: "verification",
      props: {
        zoneId: "fedcba9876543210fedcba9876543210",
        type: "TXT",
        name: "_verification",
        content: "x",
        ttl: 1,
      },
    };
    expect(violated([...passingStack(), record])).toEqual([]);
  });
});

describe("the minimum version", () => {
  test.each(["1.2", "1.3", 1.2])("takes %s", (value) => {
    expect(statusOf(tls.minimumTls, withProps(passingStack(), "edge-min-tls-version", { value }))).toBe(
      "passed",
    );
  });

  test("of one host counts beside the zone's", () => {
    const host = (settingId: string, value: string) =>
      zoned(cloudflare.hostnameTls, "one", { hostname: "api.optropic.example", settingId, value });
    expect(statusOf(tls.minimumTls, [...passingStack(), host("min_tls_version", "1.3")])).toBe("passed");
    expect(statusOf(tls.minimumTls, [...passingStack(), host("http2", "off")])).toBe("passed");
  });
});

describe("the mode to the hosts", () => {
  test("may be the stricter one of Enterprise", () => {
    const stack = withProps(passingStack(), "edge-ssl", { value: "origin_pull" });
    expect(statusOf(tls.strictTls, stack)).toBe("passed");
  });

  test("is not weakened by a rule that is off, that is strict or that is about something else", () => {
    const rule = (edit: Record<string, unknown>) => ({ action: "set_config", expression: "true", ...edit });
    const rules = ruleset("edge-config", "http_config_settings", [
      rule({ enabled: false, actionParameters: { ssl: "off" } }),
      rule({ actionParameters: { ssl: "strict" } }),
      rule({ actionParameters: { polish: "off" } }),
    ]);
    const page = zoned(cloudflare.pageRule, "old", { status: "disabled", actions: { ssl: "off" } });
    expect(statusOf(tls.strictTls, [...passingStack(), rules, page])).toBe("passed");
  });

  test("is weakened by a rule of the account", () => {
    const account: Fixture = {
      type: cloudflare.ruleset,
      name: "account-config",
      props: {
        accountId: "0123456789abcdef0123456789abcdef",
        kind: "root",
        phase: "http_config_settings",
        rules: [{ action: "set_config", expression: "true", actionParameters: { ssl: "full" } }],
      },
    };
    expect(statusOf(tls.strictTls, [...passingStack(), account])).toBe("violated");
  });
});

describe("CAA", () => {
  test.each([
    { name: "@", data: { flags: 0, tag: "issue", value: "letsencrypt.org" } },
    { name: "OPTROPIC.example", data: undefined, content: '0 issue "letsencrypt.org"' },
    { name: "optropic.example", data: { flags: 0, tag: "issue", value: ";" } },
  ])("may be written as %j", (props) => {
    expect(statusOf(tls.caaRecords, withProps(passingStack(), "edge-caa-issue-letsencrypt.org", props))).toBe(
      "passed",
    );
  });

  test("may be at Vercel where the DNS is", () => {
    const atVercel = (value: string): Fixture[] => [
      { type: vercel.domain, name: "web-domain", props: { domain: "optropic.example" } },
      {
        type: vercel.dnsRecord,
        name: "caa",
        props: { domain: "optropic.example", name: "", type: "CAA", value },
      },
    ];
    expect(statusOf(tls.caaRecords, atVercel('0 issue "letsencrypt.org"'))).toBe("passed");
    expect(statusOf(tls.caaRecords, atVercel('0 iodef "mailto:security@optropic.example"'))).toBe("violated");
    expect(statusOf(tls.caaRecords, atVercel('0 issue "authority.example"'))).toBe("violated");
  });
});

test("hosts that face the public themselves have certificates, TLS 1.2 and no way behind them", () => {
  const bare: Fixture[] = [
    { type: vercel.domain, name: "web-domain", props: { domain: "optropic.example" } },
    {
      type: render.webService,
      name: "api-service",
      props: { customDomains: [{ name: "api.optropic.example" }] },
    },
  ];
  for (const policy of [tls.certificateDeclared, tls.minimumTls, tls.strictTls]) {
    expect(statusOf(policy, bare), policy.name).toBe("passed");
  }
  expect(statusOf(tls.caaRecords, bare)).toBe("violated");
});
