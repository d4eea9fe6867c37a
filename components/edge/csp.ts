import { RunError } from "@pulumi/pulumi";
import type { Settings } from "../../config/settings.ts";

/** The sources of each directive, as in the stack's settings. */
export type CspDirectives = Readonly<Settings["edge"]["csp"]>;

/** For JSON: it may load nothing, and nothing may frame it (OWASP REST Security Cheat Sheet). */
export const apiCsp: CspDirectives = { "default-src": ["'none'"], "frame-ancestors": ["'none'"] };

/**
 * The value of a Content-Security-Policy (CSP Level 3, section 2.2): directives in the given order, separated
 * by `; `, with their sources separated by spaces. Empty when there are no directives.
 *
 * @throws {RunError} for text that would end a directive, a policy, or the header
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
    `edge.csp cannot have a directive ${JSON.stringify(directive)}: use lowercase letters and dashes, such as script-src.`,
  );
}

function checkedSource(directive: string): (source: string) => string {
  return (source) => {
    // Visible ASCII, except for the comma and the semicolon.
    if (/^[!-+\--:<-~]+$/.test(source)) return source;
    throw new RunError(
      `edge.csp.${directive} holds ${JSON.stringify(source)}: a source is visible ASCII without spaces, commas, and semicolons. Percent-encode it, or list each source separately.`,
    );
  };
}

/**
 * Lets pages call the given origins: `connect-src` becomes the sources of `default-src` and these origins. A
 * policy that has a `connect-src`, or no `default-src`, is returned unchanged.
 */
export function allowConnections(directives: CspDirectives, origins: readonly string[]): CspDirectives {
  const fallback = directives["default-src"];
  if (fallback === undefined || directives["connect-src"] !== undefined || origins.length === 0) {
    return directives;
  }
  const inherited = fallback.filter((source) => source !== "'none'");
  return { ...directives, "connect-src": [...new Set([...inherited, ...origins])] };
}
