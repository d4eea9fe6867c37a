import { type Stack, some } from "../framework/index.ts";
import type { HealthCheck } from "./adapter.ts";
import { applicationNames } from "./sites.ts";
import { hosts } from "./variables.ts";

/**
 * Whether a check asks a host of the application whether it can serve. What looks at a page, a name or a port beside is
 * something else. Throws UnknownRead.
 */
export function isOfApplication(stack: Stack, check: HealthCheck): boolean {
  const url = check.url();
  const { hostname } = URL.parse(url ?? "") ?? {};
  return (
    hostname !== undefined &&
    check.asks?.() !== false &&
    callsHealth(stack, url) &&
    applicationNames(stack).includes(hostname)
  );
}

/** A URL with a path that a service declares as its health check, or that is named like one. Throws UnknownRead. */
export function callsHealth(stack: Stack, text: string | undefined): boolean {
  const { pathname } = URL.parse(text ?? "") ?? {};
  return (
    pathname !== undefined &&
    (isNamedHealth.test(pathname) ||
      some(hosts(stack), ({ healthPath }) => healthPath?.string() === pathname))
  );
}

/** Short words stand alone: `/shopping` and `/delivery` are pages. */
const isNamedHealth = /health|ready|status|(?:^|[^a-z])(?:a?live(?:ness|z)?|ping)(?:$|[^a-z])/i;
