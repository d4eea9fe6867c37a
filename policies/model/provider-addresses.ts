import { adapters } from "../adapters/index.ts";
import type { Context } from "../framework/context.ts";
import {
  type AnyValue,
  type Fault,
  fault,
  known,
  type Resource,
  type Stack,
  undecided,
  type Value,
} from "../framework/index.ts";

const prefix = "pulumi:providers:";

/** Providers of the stack that were told where to find their vendor. */
export const providersIn = (stack: Stack): Resource[] =>
  stack.all().filter(({ type }) => type.startsWith(prefix) && !others.has(type.slice(prefix.length)));

/**
 * Databases and clusters in a private network are reached through a tunnel that ends at this machine; a resource that
 * the program itself provides has the settings of the stack for its provider's.
 */
const others: ReadonlySet<string> = new Set(["postgresql", "mysql", "kubernetes", "docker", "pulumi-nodejs"]);

/** An address or a switch by which a provider talks to something else than its vendor. Throws UnknownRead. */
export function wrongAddress(provider: Resource, stage: Context["stage"]): Fault | undefined {
  if (!provider.is<unknown>(provider.type)) return undefined;
  const name = provider.type.slice(prefix.length);
  const own = adapters.find(({ packages }) => packages?.includes(name))?.api;
  const values = leaves(provider.at());
  for (const [key, value] of values.filter(([, value]) => !value.isUnknown)) {
    const wrong =
      addressFault(provider, key, value, own) ??
      (stage === "production" ? stagingFault(provider, key, value) : undefined);
    if (wrong !== undefined) return wrong;
    if (uncheckedTls.test(key) && /^true$/i.test(textOf(value))) {
      return fault(value, `The provider ${provider.name} does not check the certificate: ${key} is true.`);
    }
  }
  const open = values.find(([, value]) => value.isUnknown)?.[1];
  return open && undecided(open);
}

/** Names of what switches off the check of the other side's certificate. */
const uncheckedTls = /^(?:insecure|insecureSkipVerify|skipTlsVerify|insecureTls)$/i;

/** A way out of the own network, or where a machine asks for its credentials, is not an address of the vendor's. */
const isWay = /proxy|redirect|callback|plugin|metadata/i;

const isPlace = /(?:url|uri|endpoint|host|server|address)(?:override)?$/i;

function addressFault(
  { name }: Resource,
  key: string,
  value: AnyValue,
  own: RegExp | undefined,
): Fault | undefined {
  const url = hostIn(key, textOf(value).trim());
  if (url === undefined) return undefined;
  const host = url.hostname.toLowerCase();
  if (isLoopback.test(host)) {
    return fault(value, `The provider ${name} talks to ${host}, which is whatever machine runs the update.`);
  }
  if (url.protocol === "http:") {
    return fault(value, `The provider ${name} talks to ${host} without TLS.`);
  }
  if (own !== undefined && !own.test(host)) {
    return fault(value, `The provider ${name} talks to ${host}, which is not its vendor.`);
  }
  return undefined;
}

function stagingFault({ name }: Resource, key: string, value: AnyValue): Fault | undefined {
  const host = hostIn(key, textOf(value).trim())?.hostname.toLowerCase() ?? "";
  return notProduction.test(ownLabels(host))
    ? fault(value, `The provider ${name} talks to ${host}, which is not production by its name.`)
    : undefined;
}

/** The URL that a text is, or that it is without its scheme where the name says that it is an address. */
function hostIn(key: string, text: string): URL | undefined {
  const hasScheme = /^https?:\/\//i.test(text);
  const isBare = isPlace.test(key) && /^[\w.-]+(?::\d+)?(?:\/|$)/.test(text);
  return isWay.test(key)
    ? undefined
    : (URL.parse(hasScheme ? text : isBare ? `https://${text}` : "") ?? undefined);
}

const isLoopback = /(?:^|\.)localhost$|^127\.|^0\.0\.0\.0$|^\[::1?\]$/;

/** A name without its domain, which may end with .dev or be that of a company such as test-lab.com. */
const ownLabels = (host: string): string =>
  host.includes(".") ? host.split(".").slice(0, -2).join(".") : host;

const notProduction =
  /(?:^|[-.])(?:stag(?:e|ing)|stg|dev(?:elopment)?|test(?:ing)?|qa|uat|sandbox|mock|localstack)(?:$|[-.])/;

/** A switch may be a boolean, or the text that the engine makes of it. */
const textOf = (value: AnyValue): string => value.string() ?? String(value.boolean() ?? "");

/** What a provider adds to what it declares, or to its requests. */
const isLabel = /^(?:default)?(?:tags|labels)$|headers$/i;

/**
 * What is in a value at any depth, with its own name, or that of the list that it is in; of what is unknown, what may be
 * an address.
 */
function leaves(value: Value<unknown>, key = "", depth = 0): [string, Value<unknown>][] {
  if (value.isUnknown) return isPlace.test(key) && !isWay.test(key) ? [[key, value]] : [];
  if (depth > 4) return [];
  // The engine writes structures of a provider as JSON.
  const whole: Value<unknown> = /^[[{]/.test(known(() => value.string()) ?? "") ? value.json() : value;
  const parts = [...whole.entries(), ...whole.items().map((item): [string, Value<unknown>] => [key, item])];
  return parts.length === 0
    ? [[key, value]]
    : parts.flatMap(([name, part]) => (isLabel.test(name) ? [] : leaves(part, name, depth + 1)));
}
