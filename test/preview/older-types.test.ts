import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readState } from "../../preview/document/state.ts";
import { secret, unknown } from "../../preview/engine/values.ts";

const folder = mkdtempSync(join(tmpdir(), "older-types-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const root = "urn:pulumi:prod::shop";

/** Resources of a state, by type and name; the rest of each as `pulumi stack export` writes it. */
function read(...given: { type: string; name?: string; id?: string; inputs: object; more?: object }[]) {
  const path = join(folder, "state.json");
  const resources = given.map(({ type, name = "main", id = "id1", inputs, more }) => {
    const [last = ""] = type.split("$").slice(-1);
    return {
      ...{ urn: `${root}::${type}::${name}`, type: last, custom: true, id, inputs },
      ...{ outputs: { id, ...inputs }, ...more },
    };
  });
  writeFileSync(path, JSON.stringify({ version: 3, deployment: { resources } }));
  return readState(path).resources;
}

const overrideType = "cloudflare:index/zoneSettingsOverride:ZoneSettingsOverride";

describe("a state of an older Cloudflare provider", () => {
  it("has each setting of a zone as a resource of its own", () => {
    const settings = {
      minTlsVersion: "1.0",
      tls13: "zrt",
      zeroRtt: "on",
      universalSsl: "off",
      securityHeader: { enabled: true, maxAge: 3600, __defaults: [] },
    };
    const resources = read(
      { type: overrideType, name: "zone", inputs: { zoneId: "z1", settings } },
      {
        type: "random:index/randomPet:RandomPet",
        inputs: {},
        more: { dependencies: [`${root}::${overrideType}::zone`] },
      },
    );
    expect(resources.slice(0, -1).map(({ type, name, id, inputs }) => [type, name, id, inputs])).toEqual([
      [settingType, "zone.min_tls_version", "min_tls_version", settingOf("min_tls_version", "1.0")],
      [settingType, "zone.tls_1_3", "tls_1_3", settingOf("tls_1_3", "zrt")],
      [settingType, "zone.zero_rtt", "0rtt", settingOf("0rtt", "on")],
      [
        "cloudflare:index/universalSslSetting:UniversalSslSetting",
        "zone.universal_ssl",
        "id1",
        { zoneId: "z1", enabled: false },
      ],
      [
        settingType,
        "zone.security_header",
        "security_header",
        settingOf("security_header", { strict_transport_security: { enabled: true, max_age: 3600 } }),
      ],
    ]);
    expect(resources.at(-1)?.dependencies).toEqual(resources.slice(0, -1).map(({ urn }) => urn));
  });

  it("has records, zones, rules and workers as the newest version has them, where they are in the stack", () => {
    const resources = read(
      {
        type: "acme:Dns$cloudflare:index/record:Record",
        name: "a",
        inputs: { name: "www", value: "192.0.2.1" },
      },
      { type: "cloudflare:index/zone:Zone", inputs: { zone: "acme.test", accountId: "a1" } },
      {
        type: "cloudflare:index/ruleset:Ruleset",
        inputs: { rules: [{ actionParameters: { headers: [{ name: "X-Frame-Options", value: "DENY" }] } }] },
      },
      { type: "cloudflare:index/workerRoute:WorkerRoute", inputs: { scriptName: "front" } },
      { type: "cloudflare:index/filter:Filter", id: "f1", inputs: { expression: "true" } },
      { type: "cloudflare:index/firewallRule:FirewallRule", inputs: { action: "allow", filterId: "f1" } },
    );
    expect(resources.map(({ urn, inputs }) => [urn.slice(root.length + 2), inputs])).toEqual([
      ["acme:Dns$cloudflare:index/dnsRecord:DnsRecord::a", { name: "www", content: "192.0.2.1" }],
      ["cloudflare:index/zone:Zone::main", { name: "acme.test", account: { id: "a1" } }],
      [
        "cloudflare:index/ruleset:Ruleset::main",
        { rules: [{ actionParameters: { headers: { "X-Frame-Options": { value: "DENY" } } } }] },
      ],
      ["cloudflare:index/workersRoute:WorkersRoute::main", { script: "front" }],
      ["cloudflare:index/filter:Filter::main", { expression: "true" }],
      [
        "cloudflare:index/firewallRule:FirewallRule::main",
        { action: { mode: "allow" }, filter: { id: "f1", expression: "true" } },
      ],
    ]);
  });

  it("hides settings that are a secret, knows none that are encrypted, and takes no name for another's property", () => {
    const hidden = (more: object) => ({ ...secretSignature, ...more });
    const plaintext = JSON.stringify({ minTlsVersion: "1.0" });
    const [shown] = read({ type: overrideType, inputs: { zoneId: "z1", settings: hidden({ plaintext }) } });
    expect(shown?.inputs).toEqual(settingOf("min_tls_version", secret("1.0")));
    const encrypted = hidden({ ciphertext: "v1:x" });
    const [closed] = read({ type: overrideType, inputs: { zoneId: "z1", settings: encrypted } });
    expect(closed?.inputs).toEqual({ zoneId: "z1", settingId: unknown, value: secret(unknown) });
    const settings = { constructor: "on" };
    const [odd] = read({ type: overrideType, inputs: { zoneId: "z1", settings } });
    expect(odd?.inputs).toEqual(settingOf("constructor", "on"));
    expect(read({ type: "constructor", inputs: {} })).toHaveLength(1);
  });

  it("takes what is only read or was imported from its outputs", () => {
    const outputs = { zoneId: "z1", settings: { minTlsVersion: "1.2" }, zone: "acme.test" };
    const [setting, zone] = read(
      { type: overrideType, inputs: {}, more: { outputs } },
      { type: "cloudflare:index/zone:Zone", inputs: {}, more: { outputs, external: true } },
    );
    expect(setting?.inputs).toEqual(settingOf("min_tls_version", "1.2"));
    expect(zone?.outputs).toMatchObject({ name: "acme.test" });
  });

  it("keeps what the newest version reads as it is, and two of one name apart", () => {
    const zone = { name: "acme.test", account: { id: "a1" } };
    const resources = read(
      { type: "cloudflare:index/zone:Zone", inputs: zone },
      { type: "cloudflare:index/dnsRecord:DnsRecord", inputs: { content: "new" } },
      { type: "cloudflare:index/record:Record", inputs: { value: "old" } },
    );
    expect(resources.map(({ name, inputs }) => [name, inputs])).toEqual([
      ["main", zone],
      ["main", { content: "new" }],
      ["main (older)", { content: "old" }],
    ]);
    expect(new Set(resources.map(({ urn }) => urn)).size).toBe(3);
  });
});

const secretSignature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

const settingType = "cloudflare:index/zoneSetting:ZoneSetting";

function settingOf(settingId: string, value: unknown): object {
  return { zoneId: "z1", settingId, value };
}
