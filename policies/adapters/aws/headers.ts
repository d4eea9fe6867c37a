import type { ResourceOf } from "../../framework/index.ts";
import type * as args from "../../model/aws-args.ts";
import type { Header } from "../../model/edge.ts";

/** What a response headers policy makes of a header, by its name in lower case; and the origin, where it may. */
export function headersIn(policy: ResourceOf<args.HeadersPolicyArgs>, name: string): Header[] {
  const own = headerIn(policy, name);
  return own !== undefined && yields(policy, name) ? [own, { value: undefined }] : [own];
}

/** Whether a header of the origin's own stands in place of the policy's. */
function yields(policy: ResourceOf<args.HeadersPolicyArgs>, name: string): boolean {
  const custom = policy
    .at("customHeadersConfig", "items")
    .items()
    .find((item) => item.at("header").string()?.toLowerCase() === name);
  const [, property] = securityProperties.find(([header]) => header === name) ?? [];
  const override =
    custom?.at("override") ?? (property && policy.at("securityHeadersConfig", property, "override"));
  return override !== undefined && override.boolean() === false;
}

const securityProperties = [
  ["content-security-policy", "contentSecurityPolicy"],
  ["x-content-type-options", "contentTypeOptions"],
  ["x-frame-options", "frameOptions"],
  ["referrer-policy", "referrerPolicy"],
  ["strict-transport-security", "strictTransportSecurity"],
] as const;

function headerIn(policy: ResourceOf<args.HeadersPolicyArgs>, name: string): Header {
  const security = policy.at("securityHeadersConfig");
  const removed = policy
    .at("removeHeadersConfig", "items")
    .items()
    .some((item) => item.at("header").string()?.toLowerCase() === name);
  if (removed) {
    return undefined;
  }
  const custom = policy
    .at("customHeadersConfig", "items")
    .items()
    .find((item) => item.at("header").string()?.toLowerCase() === name);
  if (custom !== undefined) {
    return { value: custom.at("value").string() };
  }
  switch (name) {
    case "content-security-policy":
      return text(security.at("contentSecurityPolicy", "contentSecurityPolicy").string());
    case "x-content-type-options":
      return security.at("contentTypeOptions").exists ? { value: "nosniff" } : undefined;
    case "x-frame-options":
      return text(security.at("frameOptions", "frameOption").string());
    case "referrer-policy":
      return text(security.at("referrerPolicy", "referrerPolicy").string());
    case "strict-transport-security": {
      const hsts = security.at("strictTransportSecurity");
      const seconds = hsts.at("accessControlMaxAgeSec").number();
      const flags = [
        hsts.at("includeSubdomains").boolean() === true ? "; includeSubDomains" : "",
        hsts.at("preload").boolean() === true ? "; preload" : "",
      ];
      return seconds === undefined ? undefined : { value: `max-age=${seconds}${flags.join("")}` };
    }
    case "access-control-allow-origin":
      return text(
        policy.at("corsConfig", "accessControlAllowOrigins", "items").strings().join(", ") || undefined,
      );
    default:
      return undefined;
  }
}

const text = (value: string | undefined): Header => (value === undefined ? undefined : { value });
