import { cloudflare } from "../../policies/model/tokens.ts";
import { hostTls, withHsts } from "./edge-edits.ts";
import { ruleset, zoned } from "./edge-rules.ts";
import { type Fixture, without, withProps } from "./fixture.ts";
import type { Mutant } from "./mutants.ts";

/** Ways to break items 4.1 and 4.2. */
export const tlsMutants: readonly Mutant[] = [
  {
    policy: "tls-certificate-declared",
    what: "no certificate is declared",
    break: (stack) => without(stack, "edge-universal-ssl"),
  },
  {
    policy: "tls-certificate-declared",
    what: "universal SSL is off",
    break: (stack) => withProps(stack, "edge-universal-ssl", { enabled: false }),
  },
  {
    policy: "tls-minimum-version",
    what: "the zone does not say",
    break: (stack) => without(stack, "edge-min-tls-version"),
  },
  {
    policy: "tls-minimum-version",
    what: "the zone takes TLS 1.0",
    break: (stack) => withProps(stack, "edge-min-tls-version", { value: "1.0" }),
  },
  {
    policy: "tls-minimum-version",
    what: "one host takes TLS 1.1",
    break: (stack) => [...stack, zoned(cloudflare.hostnameTls, "old-clients", hostTls("1.1"))],
  },
  {
    policy: "tls-strict-to-origin",
    what: "the zone does not say",
    break: (stack) => without(stack, "edge-ssl"),
  },
  {
    policy: "tls-strict-to-origin",
    what: "the host's certificate is not checked",
    break: (stack) => withProps(stack, "edge-ssl", { value: "full" }),
  },
  {
    policy: "tls-strict-to-origin",
    what: "a rule weakens the mode for some requests",
    break: (stack) => [
      ...stack,
      ruleset("edge-config", "http_config_settings", [
        { action: "set_config", expression: "true", actionParameters: { ssl: "flexible" } },
      ]),
    ],
  },
  {
    policy: "tls-strict-to-origin",
    what: "a page rule weakens the mode for some requests",
    break: (stack) => [
      ...stack,
      zoned(cloudflare.pageRule, "legacy", {
        status: "active",
        target: "*optropic.example/*",
        actions: { ssl: "off" },
      }),
    ],
  },
  { policy: "tls-caa", what: "no CAA record is there", break: (stack) => withIssuers(stack, undefined) },
  {
    policy: "tls-caa",
    what: "the CAA record is for wildcards alone",
    break: (stack) => withIssuers(stack, { data: { flags: 0, tag: "issuewild", value: "letsencrypt.org" } }),
  },
  {
    policy: "tls-caa",
    what: "the CAA record is for one host",
    break: (stack) => withIssuers(stack, { name: "api.optropic.example" }),
  },
  {
    policy: "dnssec-active",
    what: "the zone is not signed",
    break: (stack) => without(stack, "edge-dnssec"),
  },
  {
    policy: "dnssec-active",
    what: "signing is off",
    break: (stack) => withProps(stack, "edge-dnssec", { status: "disabled" }),
  },
  {
    policy: "https-always",
    what: "plain http is answered",
    break: (stack) => withProps(stack, "edge-always-use-https", { value: "off" }),
  },
  {
    policy: "https-always",
    what: "the zone does not say",
    break: (stack) => without(stack, "edge-always-use-https"),
  },
  {
    policy: "certificate-challenges-answered",
    what: "files that begin with a dot are blocked without exception",
    break: (stack) => [
      ...stack,
      ruleset("dot-files", "http_request_firewall_custom", [
        { action: "block", enabled: true, expression: '(http.request.uri.path contains "/.")' },
      ]),
    ],
  },
  {
    policy: "log-fields-without-credentials",
    what: "the edge logs the session",
    break: (stack) => [
      ...stack,
      ruleset("log-fields", "http_log_custom_fields", [
        {
          action: "log_custom_field",
          enabled: true,
          expression: "true",
          actionParameters: { cookieFields: [{ name: "session" }] },
        },
      ]),
    ],
  },
  { policy: "https-hsts", what: "no HSTS is set", break: (stack) => withHsts(stack, { enabled: false }) },
  { policy: "https-hsts", what: "half a year", break: (stack) => withHsts(stack, { max_age: 15_768_000 }) },
  {
    policy: "https-hsts",
    what: "subdomains are left out",
    break: (stack) => withHsts(stack, { include_subdomains: false }),
  },
  {
    policy: "https-hsts",
    what: "the keys are in camelCase, which the API ignores",
    break: (stack) =>
      withProps(stack, "edge-security-header", {
        value: {
          strictTransportSecurity: {
            enabled: true,
            maxAge: 31_536_000,
            includeSubdomains: true,
            preload: true,
          },
        },
      }),
  },
  {
    policy: "https-hsts",
    what: "there is neither the setting nor the header",
    break: (stack) => without(stack, "edge-security-header"),
  },
];

/** The stack with something else about the CAA records that name an authority, or without them. */
function withIssuers(stack: Fixture[], props: Record<string, unknown> | undefined): Fixture[] {
  return stack.flatMap((fixture) => {
    const isIssuer = fixture.name.startsWith("edge-caa-issue-");
    if (!isIssuer) return fixture;
    return props === undefined ? [] : { ...fixture, props: { ...fixture.props, ...props } };
  });
}
