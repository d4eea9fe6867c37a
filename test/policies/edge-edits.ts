import { cloudflareManaged, headerRule, headerRules, hsts, pageHeaders, vercelLimit } from "./edge-rules.ts";
import { change, type Fixture, secret, unknown, withProps } from "./fixture.ts";

/** A resource of the Vercel project. */
export function projected(type: string, name: string, props: Record<string, unknown>): Fixture {
  return { type, name, props: { projectId: unknown, name, ...props }, from: { projectId: ["web-project"] } };
}

export const hostTls = (value: string) => ({
  hostname: "api.optropic.example",
  settingId: "min_tls_version",
  value,
});

/** The stack with another plan bought for the zone. */
export function withPlan(stack: Fixture[], id: string): Fixture[] {
  return withProps(stack, "edge-subscription", { ratePlan: { id } });
}

export function withHsts(stack: Fixture[], edit: Record<string, unknown>): Fixture[] {
  return withProps(stack, "edge-security-header", {
    value: { strict_transport_security: { ...hsts, ...edit } },
  });
}

export function withOrigins(stack: Fixture[], value: string): Fixture[] {
  return withProps(stack, "web-CORS_ORIGINS", { value: secret(value) });
}

export function withRules(stack: Fixture[], rules: unknown[]): Fixture[] {
  return withProps(stack, "edge-response-headers", { rules });
}

export function withHeaders(stack: Fixture[], headers: Readonly<Record<string, string>>): Fixture[] {
  return withRules(stack, headerRules(headers));
}

export function withOriginHeader(stack: Fixture[], edit: Record<string, unknown>): Fixture[] {
  const rule = {
    ...headerRule({}),
    actionParameters: { headers: { "Access-Control-Allow-Origin": { operation: "set", ...edit } } },
  };
  return withRules(stack, [...headerRules(pageHeaders), rule]);
}

export function withLimits(stack: Fixture[], rules: unknown[]): Fixture[] {
  return withProps(stack, "edge-rate-limits", { rules });
}

export function withWaf(stack: Fixture[], rules: unknown[]): Fixture[] {
  return withProps(stack, "edge-waf-managed", { rules });
}

export const overridden = (overrides: Record<string, unknown>) => ({
  ...cloudflareManaged,
  actionParameters: { ...Object(cloudflareManaged.actionParameters), overrides },
});

/** One variable of the API's group replaced. */
export function withApiVariable(stack: Fixture[], name: string, value: unknown): Fixture[] {
  return change(stack, "api-variables", (group) => ({
    ...group,
    props: { ...group.props, envVars: { ...Object(group.props.envVars), [name]: { value } } },
  }));
}

export function omit(
  headers: Readonly<Record<string, string>>,
  name: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}

/** The page's Content-Security-Policy with one directive replaced, or left out. */
export function csp(
  directive: string,
  sources: string | undefined,
  headers: Readonly<Record<string, string>> = pageHeaders,
): Record<string, string> {
  const others = (headers["Content-Security-Policy"] ?? "")
    .split("; ")
    .filter((part) => !part.startsWith(`${directive} `));
  const value = [...others, ...(sources === undefined ? [] : [`${directive} ${sources}`])].join("; ");
  return { "Content-Security-Policy": value };
}

/** The limits of Vercel's firewall replaced. */
export function withVercelLimits(
  stack: Fixture[],
  limits: readonly (readonly [string, number])[],
): Fixture[] {
  return withProps(stack, "web-firewall", {
    rules: { rules: limits.map(([path, limit]) => vercelLimit(path, limit)) },
  });
}
