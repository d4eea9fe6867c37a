import type { Scored } from "./score.ts";

export type Policy = ReadonlyMap<string, ReadonlySet<string>>;

/** Sources that let nearly anything in. */
const broad = new Set([
  ...["ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"],
]);
const unsafeInline = "'unsafe-inline'";
const nonceOrHash = /^'(?:nonce|sha256|sha384|sha512)-/;
const passive = ["img-src", "media-src"];

/** A policy that a header or a meta element could hold is at least as long as this. */
const shortest = "img-src".length - 1;

/** Directives that a meta element may not hold (HTML, "Content security policy state"). */
const onlyInHeaders = ["frame-ancestors", "report-uri", "sandbox"];

export function scoreCsp(headers: readonly string[], metas: readonly string[]): Scored {
  const scored = (result: string, points: number): Scored => ({
    ...{ test: "content-security-policy", result, points },
  });
  const all = parsePolicies([...headers, ...metas]);
  if (all === undefined) return scored("cannot be read", -25);
  const inMeta = [...(parsePolicies(metas) ?? new Map()).keys()].filter(
    (name) => !onlyInHeaders.includes(name),
  );
  if (headers.length === 0 && inMeta.length === 0) return scored("missing", -25);

  const of = (...names: string[]) => new Set(names.map((name) => all.get(name)).find(Boolean) ?? ["*"]);
  const objects = of("object-src", "default-src");
  const scripts = of("script-src", "default-src");
  const styles = of("style-src", "default-src");
  for (const sources of [scripts, styles]) if (some(sources, nonceOrHash)) sources.delete(unsafeInline);
  if (scripts.has("'strict-dynamic'")) {
    if (!some(scripts, nonceOrHash)) return scored("strict-dynamic without a nonce or hash", -25);
    for (const source of [...scripts]) {
      const isIgnored = source === "'self'" || [...broad].some((each) => source.startsWith(each));
      if (isIgnored) scripts.delete(source);
    }
  }
  const isBroad = (source: string) => broad.has(source);
  const isUnsafe = (source: string) => isBroad(source) || source === unsafeInline || source === "data:";
  const isInsecure = (source: string) => /^(?:http|ftp):/.test(source);
  const active = [...all].flatMap(([name, sources]) =>
    passive.includes(name) || name === "script-src" ? [] : [...sources],
  );
  const shown = passive.flatMap((name) => [...(all.get(name) ?? all.get("default-src") ?? [])]);

  if ([...scripts].some(isUnsafe) || [...objects].some(isBroad)) return scored("unsafe scripts", -20);
  if ([...active, ...scripts].some(isInsecure)) return scored("scripts over http", -20);
  if (scripts.has("'unsafe-eval'") || styles.has("'unsafe-eval'")) return scored("unsafe-eval", -10);
  if (shown.some(isInsecure)) return scored("images or media over http", -10);
  if ([...styles].some(isUnsafe)) return scored("unsafe styles", 0);
  const fallback = all.get("default-src");
  const isNone = fallback?.size === 1 && fallback.has("'none'");
  return isNone ? scored("default-src 'none'", 10) : scored("nothing unsafe", 5);
}

/**
 * All policies together, as the Observatory reads them: a source counts where every policy has it. Undefined where
 * one is not a policy or says something twice.
 */
export function parsePolicies(policies: readonly string[]): Policy | undefined {
  let all: Map<string, ReadonlySet<string>> | undefined;
  for (const text of policies.flatMap((policy) => policy.split(","))) {
    const policy = parsePolicy(text.trim());
    if (policy === undefined) return undefined;
    if (all === undefined) {
      all = policy;
      continue;
    }
    for (const [name, sources] of policy) {
      const common = [...(all.get(name) ?? [])].filter((source) => sources.has(source));
      all.set(name, new Set(common.length > 0 ? common : ["'none'"]));
    }
  }
  return all ?? new Map();
}

function parsePolicy(text: string): Map<string, ReadonlySet<string>> | undefined {
  if (text.length < shortest) return undefined;
  const found = new Map<string, ReadonlySet<string>>();
  for (const part of text.split(";")) {
    const [name = "", ...sources] = part.trim().toLowerCase().split(/\s+/);
    if (name === "") continue;
    if (found.has(name)) {
      if (name === "report-uri" || name === "report-to") continue;
      return undefined;
    }
    found.set(name, new Set(sources.length === 0 && name.endsWith("-src") ? ["'none'"] : sources));
  }
  return found;
}

function some(sources: ReadonlySet<string>, pattern: RegExp): boolean {
  return [...sources].some((source) => pattern.test(source));
}
