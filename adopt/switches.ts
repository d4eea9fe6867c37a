import { type Declared, type Existing, textOf } from "./resources.ts";

/** Something that an update switches on for a zone, and so for every host in it. */
export interface Switch {
  readonly declared: Declared;
  /** What it does, such as `HSTS`. */
  readonly what: string;
}

/** A host of the zone that the program does not declare and that a switch would reach. */
export interface Neighbor {
  readonly host: string;
  /** What serves it: the host itself, or what stands behind the edge. */
  readonly server: string;
}

export const zoneType = "cloudflare:index/zone:Zone";
const settingType = "cloudflare:index/zoneSetting:ZoneSetting";
const recordType = "cloudflare:index/dnsRecord:DnsRecord";

/** Settings of a zone after which a host without TLS is not reached any more, and when they do that. */
const tlsSettings: Readonly<Record<string, { what: string; isOn: (value: unknown) => boolean }>> = {
  ssl: { what: "strict TLS to every server behind the edge", isOn: (value) => value === "strict" },
  always_use_https: { what: "a redirect of every host to https", isOn: (value) => value === "on" },
  security_header: { what: "HSTS", isOn: isHstsOn },
};

const wholeZone: Readonly<Record<string, string>> = {
  "cloudflare:index/zoneDnssec:ZoneDnssec": "DNSSEC",
};

/**
 * What the program switches on for the whole zone and is not on there yet.
 *
 * @param existing what the vendors have, at least the settings of the zone
 */
export function switchesOf(declared: readonly Declared[], existing: readonly Existing[]): Switch[] {
  const now = new Map(
    existing
      .filter(({ type }) => type === settingType)
      .map(({ properties }) => [textOf(properties, "settingId"), properties.value]),
  );
  const hasCaa = existing.some(({ type, properties }) => type === recordType && properties.type === "CAA");
  return declared.flatMap((resource): Switch[] => {
    const { type, inputs = {} } = resource;
    const whole = wholeZone[type];
    if (whole !== undefined) return isActive(existing, type) ? [] : [{ declared: resource, what: whole }];
    if (type === recordType && inputs.type === "CAA" && !hasCaa)
      return [{ declared: resource, what: "a limit of the authorities that may issue certificates (CAA)" }];
    const setting = type === settingType ? tlsSettings[textOf(inputs, "settingId") ?? ""] : undefined;
    if (setting === undefined || !setting.isOn(inputs.value)) return [];
    return setting.isOn(now.get(textOf(inputs, "settingId")))
      ? []
      : [{ declared: resource, what: setting.what }];
  });
}

/** What is there, without what belongs to another zone than the program's: a token may see several. */
export function inOwnZone(declared: readonly Declared[], existing: readonly Existing[]): Existing[] {
  const name = textOf(declared.find(({ type }) => type === zoneType)?.inputs ?? {}, "name")?.toLowerCase();
  const own = existing.find(
    ({ type, properties }) => type === zoneType && textOf(properties, "name")?.toLowerCase() === name,
  );
  if (own === undefined) return [...existing];
  return existing.filter(({ properties }) => (textOf(properties, "zoneId") ?? own.id) === own.id);
}

/** Whether a switch ends what is reached without TLS. */
export function needsTls({ declared: { type } }: Switch): boolean {
  return type === settingType;
}

/** Hosts of the program's zone that it does not declare, each once. */
export function neighborsOf(unmanaged: readonly Existing[]): Neighbor[] {
  const hosts = unmanaged.flatMap(({ type, properties }): Neighbor[] => {
    const name = textOf(properties, "name")?.toLowerCase();
    const content = textOf(properties, "content");
    const kind = textOf(properties, "type");
    if (type !== recordType || name === undefined || content === undefined || name.includes("*")) return [];
    if (kind !== "A" && kind !== "AAAA" && kind !== "CNAME") return [];
    return [{ host: name, server: properties.proxied === true ? content : name }];
  });
  return [...new Map(hosts.map((one) => [one.host, one])).values()];
}

function isActive(existing: readonly Existing[], type: string): boolean {
  return existing.some((one) => one.type === type && one.properties.status === "active");
}

function isHstsOn(value: unknown): boolean {
  return /"(?:enabled|strict_transport_security)":\s*(?:true|\{[^}]*"enabled":\s*true)/.test(
    JSON.stringify(value ?? null),
  );
}
