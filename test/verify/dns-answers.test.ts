import type { Answer, CaaData } from "dns-packet";
import { afterEach, describe, expect, it } from "vitest";
import { authoritiesRestricted } from "../../verify/dns/caa.ts";
import { hostsResolved } from "../../verify/dns/records.ts";
import type { Probe } from "../../verify/probe.ts";
import { accept, changed, writtenSettings } from "../config/stack.ts";
import { listen } from "../target/name-server.ts";
import { verified } from "../target/verified.ts";

const settings = accept(writtenSettings("production"));
const { zone, web, api } = settings.domains;
const running: { stop: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

/** What a probe tells where a resolver answers each question about a name with these records. */
async function told(
  probe: Probe,
  answer: (name: string, type: string) => readonly Answer[],
  of = settings,
): Promise<{ state: string; reason: string | undefined; checks: Map<string, string> }> {
  const server = await listen("127.0.0.1", 0, ({ name, type }) => [...answer(name, type)]);
  running.push(server);
  const dns = { host: server.host, port: server.port };
  const { probes } = await verified({
    ...{ settings: of, targets: { dns }, probes: [probe], limits: { dnsMs: 60_000, probeMs: 120_000 } },
  });
  const [found] = probes;
  return {
    state: found?.state ?? "",
    reason: found?.reason,
    checks: new Map(found?.checks.map(({ subject, measured }) => [subject, measured])),
  };
}

const alias = (name: string, data: string): Answer => ({ name, type: "CNAME", ttl: 1, data });
const address = (name: string, data = "192.0.2.7"): Answer => ({ name, type: "A", ttl: 1, data });

describe("the addresses of a host", () => {
  it("are none where aliases lead in a circle, in one answer or in several", async () => {
    const circles: ((name: string) => Answer[])[] = [
      (name) => [alias(name, "a.elsewhere.example"), alias("a.elsewhere.example", name)],
      (name) => [alias(name, name)],
      (name) =>
        name === "a.elsewhere.example"
          ? [alias(name, web), alias(web, name)]
          : [alias(name, "a.elsewhere.example")],
    ];
    for (const circle of circles) {
      const { state, checks } = await told(hostsResolved, circle);
      expect(state).toBe("does-not-hold");
      expect(checks.get(`addresses of ${web}`)).toBe("aliases that lead in a circle");
    }
  });

  it("are found behind aliases, whose owner is asked where the answer ends with one", async () => {
    const { state, checks } = await told(hostsResolved, (name) =>
      name.endsWith("elsewhere.example") ? [address(name)] : [alias(name, "edge.elsewhere.example")],
    );
    expect(state).toBe("holds");
    expect(checks.get(`addresses of ${api}`)).toBe("192.0.2.7");
  });

  it("are unknown where the resolver answers for a network of its own, at once or behind an alias", async () => {
    const inside: ((name: string) => Answer[])[] = [
      (name) => [address(name, "10.0.0.5")],
      (name) => (name === "in.example" ? [address(name, "10.0.0.5")] : [alias(name, "in.example")]),
    ];
    for (const each of inside) {
      const { state, reason } = await told(hostsResolved, each);
      expect({ state, reason }).toEqual({ state: "unknown", reason: "target-refused" });
    }
  });

  it("are read past a text of 60 KB and a thousand aliases that nobody asked for", async () => {
    const huge: Answer = {
      name: "x.example",
      type: "TXT",
      ttl: 1,
      data: Array<string>(240).fill("x".repeat(250)),
    };
    const { state } = await told(hostsResolved, (name) => [huge, address(name)]);
    expect(state).toBe("holds");
    const chain = Array.from({ length: 1000 }, (_, index) =>
      alias(`a${index}.example`, `a${index + 1}.example`),
    );
    const long = await told(hostsResolved, (name) => [
      alias(name, "a0.example"),
      ...chain,
      address("a1000.example"),
    ]);
    expect(long.state).toBe("holds");
  });

  it("of names in other scripts are asked for in the form that DNS has", async () => {
    const written = Object.entries({
      "domains.zone": "xn--bcher-kva.example",
      "domains.web": "app.xn--bcher-kva.example",
      "domains.redirect": "xn--bcher-kva.example",
      "domains.api": "api.xn--bcher-kva.example",
      "edge.corsOrigins": ["https://app.xn--bcher-kva.example"],
    }).reduce((all, [path, value]) => changed(all, path, value), writtenSettings("production"));
    const asked = new Set<string>();
    const { state } = await told(
      hostsResolved,
      (name) => {
        asked.add(name);
        return [address(name)];
      },
      accept(written),
    );
    expect(state).toBe("holds");
    expect(asked).toContain("app.xn--bcher-kva.example");
    expect(() => accept(changed(written, "domains.web", "app.bücher.example"))).toThrow();
  });
});

describe("CAA records", () => {
  const authorities = settings.edge.certificateAuthorities;
  const caa = (name: string, tag: string, value: string, flags = 0): Answer => ({
    ...{ name, type: "CAA", ttl: 1 },
    data: { flags, tag, value } as CaaData,
  });
  const right = (name: string): Answer[] => [
    ...authorities.map((value) => caa(name, "issue", value)),
    caa(name, "iodef", `mailto:${settings.contacts.security}`),
  ];
  const ofZone =
    (...more: Answer[]) =>
    (name: string, type: string) =>
      type === "CAA" && name === zone ? [...right(name), ...more] : [];

  it.each<[string, (name: string, type: string) => Answer[]]>([
    ["of the zone count for its hosts, and for wildcards", ofZone()],
    ["of a host itself count before those of the zone", (name, type) => (type === "CAA" ? right(name) : [])],
    [
      "behind an alias are those of its owner",
      (name, type) =>
        type !== "CAA"
          ? []
          : name === "of.example"
            ? right(name)
            : [alias(name, "of.example"), ...right("of.example")],
    ],
    [
      "may have parameters",
      (name, type) =>
        type === "CAA" && name === zone
          ? right(name).map((record) =>
              record.type === "CAA" && record.data.tag === "issue"
                ? caa(name, "issue", ` ${record.data.value.toUpperCase()} ; validationmethods=dns-01`)
                : record,
            )
          : [],
    ],
    ["may name what the edge adds", ofZone(caa(zone, "issue", "letsencrypt.org"))],
    ["may have properties of the registry that are critical", ofZone(caa(zone, "issuemail", ";", 128))],
  ])("%s", async (_, answer) => expect((await told(authoritiesRestricted, answer)).state).toBe("holds"));

  it.each<[string, (name: string, type: string) => Answer[], RegExp]>([
    ["are missing", () => [], /anyone may issue/],
    [
      "stand above the zone only",
      (name, type) => (type === "CAA" && name === "example" ? right(name) : []),
      /anyone may issue/,
    ],
    ["name a stranger", ofZone(caa(zone, "issue", "ca.evil.example")), /ca\.evil\.example/],
    ["name a stranger for wildcards", ofZone(caa(zone, "issuewild", "ca.evil.example")), /ca\.evil\.example/],
    ["name nobody for wildcards", ofZone(caa(zone, "issuewild", ";")), /nobody/],
    ["demand what no authority knows", ofZone(caa(zone, "tbs", "unknown", 128)), /nobody may issue/],
    [
      "of a host leave out the declared ones",
      (name, type) => (type !== "CAA" ? [] : name === web ? [caa(name, "issue", ";")] : right(name)),
      /nobody/,
    ],
  ])("that %s do not hold", async (_, answer, measured) => {
    const { state, checks } = await told(authoritiesRestricted, answer);
    expect(state).toBe("does-not-hold");
    expect([...checks.values()].join("\n")).toMatch(measured);
  });
});
