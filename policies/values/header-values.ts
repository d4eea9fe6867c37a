import { judgeCsp, parseCsp } from "./csp.ts";

/**
 * What is wrong with the value of a security header, as the predicate of a sentence; undefined when nothing
 * is. `X-Content-Type-Options`: only `nosniff` does anything (WHATWG Fetch, 3.6).
 */
export function nosniffFault(value: string): string | undefined {
  // Of several values browsers read the first.
  const [first = ""] = value.split(",");
  return first.trim().toLowerCase() === "nosniff" ? undefined : "is not nosniff";
}

/** `X-Frame-Options`: browsers ignore the obsolete ALLOW-FROM, and a value that is given twice and differs. */
export function frameOptionsFault(value: string): string | undefined {
  const values = new Set(value.split(",").map((part) => part.trim().toLowerCase()));
  const [only] = values;
  return values.size === 1 && (only === "deny" || only === "sameorigin")
    ? undefined
    : "is neither DENY nor SAMEORIGIN";
}

/**
 * What lets any site frame a page, undefined when nothing does: where a CSP has `frame-ancestors`, browsers
 * read that and not `X-Frame-Options` (CSP Level 3, 6.4.2.2).
 */
export function framingFault(csp: string | undefined, frameOptions: string | undefined): string | undefined {
  if (csp !== undefined && parseCsp(csp).some((policy) => policy.has("frame-ancestors"))) {
    const open = judgeCsp(csp).get("framing");
    return open && `a Content-Security-Policy whose ${open}`;
  }
  if (frameOptions === undefined) {
    return "no X-Frame-Options and no frame-ancestors";
  }
  const fault = frameOptionsFault(frameOptions);
  return fault && `an X-Frame-Options that ${fault}`;
}

const referrerPolicies = new Set([
  "no-referrer",
  "no-referrer-when-downgrade",
  "same-origin",
  "origin",
  "strict-origin",
  "origin-when-cross-origin",
  "strict-origin-when-cross-origin",
  "unsafe-url",
]);

/** Policies that send other sites no path, and nothing at all over plain http. */
const discreet = new Set(["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"]);

/** `Referrer-Policy`: the last policy that is known counts (W3C Referrer Policy, 4.1). */
export function referrerFault(value: string): string | undefined {
  const known = value
    .split(",")
    .map((part) => part.trim().toLowerCase())
    .filter((part) => referrerPolicies.has(part));
  const last = known.at(-1);
  if (last === undefined) {
    return "names no referrer policy";
  }
  return discreet.has(last) ? undefined : `is ${last}, which tells other sites where the visitor was`;
}

/**
 * `Permissions-Policy`: a structured dictionary of features and who may use them (W3C Permissions Policy,
 * 5.2). What it does not name keeps its default; `*` gives a feature to every frame.
 */
export function permissionsFault(value: string): string | undefined {
  const features = new Map(
    value.split(",").map((part): [string, string | undefined] => {
      const [, name = "", allowed] = /^\s*([a-z][a-z0-9-]*)\s*=\s*(\*|self|\([^()]*\))/i.exec(part) ?? [];
      return [name.toLowerCase(), allowed];
    }),
  );
  features.delete("");
  if (features.size === 0) {
    return "restricts no feature; its form is camera=(), microphone=()";
  }
  const open = [...features].find(([, allowed]) => allowed === "*" || /[( ]\*[) ]/.test(allowed ?? ""));
  return open && `gives ${open[0]} to every frame`;
}

/** What helps to look for known holes: a version, or a program that many run. */
export function softwareFault(value: string): string | undefined {
  if (/\/\s*v?\d|\d+\.\d+/.test(value)) return "which tells a version";
  return /\b(?:express|next\.?js|nuxt|node(?:\.?js)?|php|asp\.net|iis|apache|nginx|tomcat|jetty|django|flask|gunicorn|rails|passenger|puma|laravel|wordpress|drupal|koa|fastify|nest(?:js)?|openresty|caddy|kestrel|werkzeug)\b/i.test(
    value,
  )
    ? "which tells the program"
    : undefined;
}
