import { shortened, snakeCase } from "../../lib/text.ts";

/** Where what a vendor has differs from what is declared. */
export interface Difference {
  /** Such as `action_parameters.cache`; empty for the value itself. */
  readonly path: string;
  readonly declared: string;
  readonly found: string;
}

/** Names of Cloudflare's API that the provider has in the plural. */
const plural: Readonly<Record<string, string>> = { status_code_ttls: "status_code_ttl" };

/**
 * The first difference between a declared value and a vendor's. Names are the provider's in the one and the API's
 * in the other. What the vendor adds to an object is its default, and what is only known after an update cannot be
 * compared.
 */
export function differenceOf(declared: unknown, found: unknown, path = ""): Difference | undefined {
  if (isUnknown(declared)) return undefined;
  if (Array.isArray(declared)) {
    if (!Array.isArray(found) || found.length !== declared.length) return different(declared, found, path);
    return firstOf(
      declared.map((each, index) => () => differenceOf(each, found[index], `${path}[${index}]`)),
    );
  }
  if (typeof declared !== "object" || declared === null) {
    return declared === found ? undefined : different(declared, found, path);
  }
  if (typeof found !== "object" || found === null || Array.isArray(found))
    return different(declared, found, path);
  const own = new Map(Object.entries(found));
  // The keys of headers are names of headers.
  const isNamed = path.endsWith(".headers");
  const entries = Object.entries(declared);
  if (isNamed && own.size !== entries.length)
    return different([...Object.keys(declared)], [...own.keys()], path);
  return firstOf(
    entries.map(([key, value]) => () => {
      const name = isNamed ? key : apiName(key);
      return differenceOf(value, own.get(name), path === "" ? name : `${path}.${name}`);
    }),
  );
}

function firstOf(tries: readonly (() => Difference | undefined)[]): Difference | undefined {
  for (const attempt of tries) {
    const found = attempt();
    if (found !== undefined) return found;
  }
  return undefined;
}

function isUnknown(value: unknown): boolean {
  return typeof value === "object" && value !== null && "unknown" in value && value.unknown === true;
}

function apiName(key: string): string {
  const name = snakeCase(key);
  return plural[name] ?? name;
}

function different(declared: unknown, found: unknown, path: string): Difference {
  return { path, declared: shown(declared), found: shown(found) };
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "missing";
  return shortened(typeof value === "string" ? value : JSON.stringify(value), 200);
}
