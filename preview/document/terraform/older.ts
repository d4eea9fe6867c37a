import { isSecret, type PropertyMap, type PropertyValue, secret, unknown } from "../../engine/values.ts";

/** A resource of Terraform, as far as its provider's version makes a difference. */
export interface Versioned {
  readonly type: string;
  /** Added to its name where several are made of one. */
  readonly suffix: string;
  readonly attributes: PropertyMap;
}

/** Types of version 4 of Cloudflare's provider, and what version 5 calls them. */
const renamed: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cloudflare_record: "cloudflare_dns_record",
    cloudflare_worker_cron_trigger: "cloudflare_workers_cron_trigger",
    cloudflare_worker_domain: "cloudflare_workers_custom_domain",
    cloudflare_worker_route: "cloudflare_workers_route",
    cloudflare_worker_script: "cloudflare_workers_script",
  }),
);

/**
 * A resource as the newest version of its provider has it. Sources: the guide "Terraform Cloudflare Provider Version 5
 * Upgrade", and the section "Attributes" of each resource in both versions.
 */
export function newest(type: string, given: PropertyMap, filters?: Filters): readonly Versioned[] {
  const attributes = type === "cloudflare_firewall_rule" ? firewallRule(given, filters) : given;
  if (type === "cloudflare_zone_settings_override") return settingsOf(attributes);
  const newer = renamed.get(type) ?? type;
  return [{ type: newer, suffix: "", attributes: attributesOf(newer, attributes) }];
}

/** Attributes of the filters of a state, by their ids. */
export type Filters = ReadonlyMap<PropertyValue, PropertyMap>;

/** A rule named its filter and its action, and now holds both. */
function firewallRule({ action, filter_id, ...rest }: PropertyMap, filters?: Filters): PropertyMap {
  const given = filter_id === undefined ? undefined : { id: filter_id, ...filters?.get(filter_id) };
  return {
    ...rest,
    ...(action !== undefined && { action: typeof action === "string" ? { mode: action } : action }),
    ...(given !== undefined && rest.filter === undefined && { filter: given }),
  };
}

function attributesOf(type: string, attributes: PropertyMap): PropertyMap {
  if (type === "cloudflare_zone") {
    const { zone, account_id: id, ...rest } = attributes;
    return {
      ...rest,
      ...(rest.name === undefined && zone !== undefined && { name: zone }),
      ...(rest.account === undefined && id !== undefined && { account: { id } }),
    };
  }
  if (type === "cloudflare_workers_route") return named(attributes, "script_name", "script");
  if (type === "cloudflare_workers_script") return named(attributes, "name", "script_name");
  if (type === "cloudflare_dns_record") {
    const { value, ...rest } = attributes;
    const isEmpty = rest.content === undefined || rest.content === null || rest.content === "";
    return { ...rest, ...(isEmpty && value !== undefined && { content: value }) };
  }
  return type === "cloudflare_ruleset" ? withHeaders(attributes) : attributes;
}

function named(attributes: PropertyMap, older: string, newer: string): PropertyMap {
  const { [older]: value, ...rest } = attributes;
  return value === undefined || rest[newer] !== undefined ? attributes : { ...rest, [newer]: value };
}

/** One resource set all settings of a zone; now each has its own. */
function settingsOf({ zone_id = null, settings }: PropertyMap): Versioned[] {
  const block = blockOf(settings);
  if (block === undefined || block === null) return [];
  const { value: inner, isHidden } = opened(block);
  const given = mapOf(inner);
  // Any setting may be among those that cannot be read.
  if (inner === unknown) return [unknownSetting(zone_id)];
  return Object.entries(given).flatMap(([key, value]): Versioned[] => {
    if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) return [];
    const suffix = `.${key}`;
    if (key === "universal_ssl") {
      const attributes = { zone_id, enabled: value === "on" };
      return [{ type: "cloudflare_universal_ssl_setting", suffix, attributes }];
    }
    const setting_id = key === "zero_rtt" ? "0rtt" : key;
    return [
      {
        type: "cloudflare_zone_setting",
        suffix,
        attributes: {
          id: setting_id,
          zone_id,
          setting_id,
          value: isHidden ? secret(settingValue(key, value)) : settingValue(key, value),
        },
      },
    ];
  });
}

function unknownSetting(zone_id: PropertyValue): Versioned {
  const attributes = { zone_id, setting_id: unknown, value: secret(unknown) };
  return { type: "cloudflare_zone_setting", suffix: "", attributes };
}

function opened(value: PropertyValue): { value: PropertyValue; isHidden: boolean } {
  const isHidden = typeof value === "object" && value !== null && !Array.isArray(value) && isSecret(value);
  return { value: isHidden ? (value.value ?? null) : value, isHidden };
}

function settingValue(key: string, value: PropertyValue): PropertyValue {
  if (key === "security_header") return { strict_transport_security: mapOf(blockOf(value)) };
  return ["minify", "mobile_redirect", "nel"].includes(key) ? mapOf(blockOf(value)) : value;
}

/** Headers were blocks with a name, and are a map by name. */
function withHeaders(attributes: PropertyMap): PropertyMap {
  const rules = attributes.rules;
  if (!Array.isArray(rules)) return attributes;
  return {
    ...attributes,
    rules: rules.map((rule) => {
      const own = mapOf(rule);
      const parameters = mapOf(blockOf(own.action_parameters));
      if (!Array.isArray(parameters.headers)) return rule;
      const headers = parameters.headers.map((header): [string, PropertyValue] => {
        const { name, ...rest } = mapOf(header);
        return [typeof name === "string" ? name : "", rest];
      });
      return { ...own, action_parameters: { ...parameters, headers: Object.fromEntries(headers) } };
    }),
  };
}

function blockOf(value: PropertyValue | undefined): PropertyValue | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function mapOf(value: PropertyValue | undefined): PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
