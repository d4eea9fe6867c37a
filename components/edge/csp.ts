import { RunError } from "@pulumi/pulumi";
import type { Settings } from "../../config/settings.ts";

/** Directive to sources, as in the stack's settings. */
export type CspDirectives = Readonly<Settings["edge"]["csp"]>;

/** For JSON: nothing may load, nothing may frame it (OWASP REST Security Cheat Sheet). */
export const apiCsp: CspDirectives = { "default-src": ["'none'"], "frame-ancestors": ["'none'"] };

/**
 * A Content-Security-Policy value (CSP Level 3, section 2.2): directives in the order given, parted by `; `,
 * sources by spaces. Empty for no directives.
 * Throws RunError for what would end a directive, a policy or the header.
 */
export function serializeCsp(directives: CspDirectives): string {
  return Object.entries(directives)
    .map(([directive, sources]) =>
      [directiveName(directive), ...sources.map(checkedSource(directive))].join(" "),
    )
    .join("; ");
}

function directiveName(directive: string): string {
  if (/^[a-z]+(-[a-z]+)*$/.test(directive)) return directive;
  throw new RunError(
    `edge.csp has no directive ${JSON.stringify(directive)}: a directive is lower-case letters and dashes, such as script-src.`,
  );
}

function checkedSource(directive: string): (source: string) => string {
  return (source) => {
    // Visible ASCII but the comma and the semicolon.
    if (/^[!-+\--:<-~]+$/.test(source)) return source;
    throw new RunError(
      `edge.csp.${directive} holds ${JSON.stringify(source)}: a source is visible ASCII without spaces, commas and semicolons. Encode it, or write each source on its own.`,
    );
  };
}

/**
 * Lets pages call the given origins: adds them to what `default-src` allows, as `connect-src`. A policy that
 * names `connect-src` itself, or that restricts nothing by default, is returned as it is.
 */
export function allowConnections(directives: CspDirectives, origins: readonly string[]): CspDirectives {
  const fallback = directives["default-src"];
  if (fallback === undefined || directives["connect-src"] !== undefined || origins.length === 0) {
    return directives;
  }
  const inherited = fallback.filter((source) => source !== "'none'");
  return { ...directives, "connect-src": [...new Set([...inherited, ...origins])] };
}
