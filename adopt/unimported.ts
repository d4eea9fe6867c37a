import { isDeepStrictEqual } from "node:util";
import { listed } from "../lib/text.ts";
import { type Declared, type Existing, isHidden, type Properties } from "./resources.ts";

/** What a provider's create does to something that is there and that nobody imported. */
interface Unimported {
  /** Properties that it writes over. */
  readonly content: readonly string[];
  /** It writes over what each of these declares, and leaves the rest of it. */
  readonly isMerged?: true;
  /** Where the declaration asks the vendor not to. */
  readonly unless?: (inputs: Properties) => boolean;
}

/**
 * Types whose create is not rejected where one is there, but writes over it. Every other type that the program
 * declares is rejected by its vendor or its provider (a record, a rule group, a mute timing, a role, an address of
 * a person), or becomes a second one. Sources: the method `Create` of each provider.
 */
const overwriting: Readonly<Record<string, Unimported>> = {
  "cloudflare:index/zoneSetting:ZoneSetting": { content: ["value"] },
  "cloudflare:index/zoneDnssec:ZoneDnssec": { content: ["status"] },
  "cloudflare:index/universalSslSetting:UniversalSslSetting": { content: ["enabled"] },
  "cloudflare:index/urlNormalizationSettings:UrlNormalizationSettings": { content: ["scope", "type"] },
  "vercel:index/firewallConfig:FirewallConfig": {
    content: ["enabled", "ipRules", "managedRulesets", "rules"],
  },
  "vercel:index/projectDeploymentRetention:ProjectDeploymentRetention": {
    content: ["expirationCanceled", "expirationErrored", "expirationPreview", "expirationProduction"],
  },
  "grafana:oss/dashboard:Dashboard": {
    content: ["configJson"],
    unless: ({ overwrite }) => overwrite !== true,
  },
  "grafana:alerting/messageTemplate:MessageTemplate": { content: ["template"] },
  "supabase:index/settings:Settings": {
    content: ["api", "auth", "database", "network", "sslEnforcement", "storage"],
    isMerged: true,
  },
};

/** A contact point is the sum of its integrations, and its create adds some: terraform-provider-grafana#2505. */
const joining = new Set(["grafana:alerting/contactPoint:ContactPoint"]);

/**
 * What the first update does to a resource of that natural key while it is not imported, in words after "an update";
 * undefined where it does nothing to it, or where it already is as it is declared.
 */
export function overwriteOf({ type, inputs = {} }: Declared, { properties }: Existing): string | undefined {
  if (joining.has(type)) return "adds to the integrations that it has, and the next one removes those";
  const { content = [], isMerged = false, unless } = overwriting[type] ?? {};
  if (unless?.(inputs) === true) return undefined;
  const written = content.filter((name) => {
    const [own, theirs] = [inputs[name], properties[name]].map(read);
    const isNamed = own !== undefined || (theirs !== undefined && !isMerged);
    return isNamed && !(isMerged ? isWithin(own, theirs) : isSame(own, theirs));
  });
  return written.length === 0 ? undefined : `writes over its ${listed(written, "and")}`;
}

/** What a property holds: several of them are JSON as a text. */
function read(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Whether both are known and the same. */
export function isSame(own: unknown, theirs: unknown): boolean {
  return !isHidden(own) && !isHidden(theirs) && isDeepStrictEqual(plain(own), plain(theirs));
}

/** Whether whatever is declared is there. */
function isWithin(own: unknown, theirs: unknown): boolean {
  if (isHidden(own) || isHidden(theirs)) return false;
  if (!isObject(own) || !isObject(theirs)) return isSame(own, theirs);
  return Object.entries(own).every(([key, value]) => isWithin(value, theirs[key]));
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Without what is not said, and with every scalar as a text: vendors give a number as either. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value === undefined || value === null ? undefined : String(value);
  const said = Object.entries(value).filter(([, one]) => one !== undefined && one !== null);
  return Object.fromEntries(said.map(([key, one]) => [key, plain(one)]));
}
