import * as z from "zod";
import { extraRulesSchema } from "./extra-rules.ts";
import { hostname, origin, text, whole } from "./kinds.ts";

/** Directives of CSP Level 3 and of the specifications that extend it. */
const cspDirectives = [
  "base-uri",
  "child-src",
  "connect-src",
  "default-src",
  "fenced-frame-src",
  "font-src",
  "form-action",
  "frame-ancestors",
  "frame-src",
  "img-src",
  "manifest-src",
  "media-src",
  "object-src",
  "report-to",
  "report-uri",
  "require-trusted-types-for",
  "sandbox",
  "script-src",
  "script-src-attr",
  "script-src-elem",
  "style-src",
  "style-src-attr",
  "style-src-elem",
  "trusted-types",
  "upgrade-insecure-requests",
  "webrtc",
  "worker-src",
];

const cspDirective = z
  .string()
  .refine((name) => cspDirectives.includes(name))
  .meta({ names: cspDirectives });

const cspSource = text(
  "one source in ASCII, without spaces, semicolons and commas",
  300,
  /^[\x21-\x2b\x2d-\x3a\x3c-\x7e]+$/,
);

/** A rate limit; the period must be one that Cloudflare counts by. */
function rateLimit(requests: number, description: string) {
  return z
    .strictObject({
      requests: whole(1, 1_000_000).default(requests).meta({
        description: "Requests that one address may send per period; further ones get status 429.",
      }),
      periodSeconds: z
        .literal([10, 60, 120, 300, 600, 3600], { error: "10, 60, 120, 300, 600 or 3600 seconds" })
        .default(60)
        .meta({ description: "Period in seconds.", expected: "10, 60, 120, 300, 600 or 3600" }),
      blockSeconds: whole(10, 86_400).default(600).meta({
        description:
          "How long the address stays blocked, in seconds. The allowed values depend on the Cloudflare plan.",
      }),
    })
    .prefault({})
    .meta({ description });
}

const hsts = z
  .strictObject({
    maxAgeSeconds: whole(0, 63_072_000).default(31_536_000).meta({
      description: "How long browsers use only https, in seconds. The preload list requires one year.",
    }),
    includeSubdomains: z
      .boolean()
      .default(true)
      .meta({ description: "Whether it also applies to subdomains." }),
    preload: z
      .boolean()
      .default(true)
      .meta({ description: "Whether browsers may include the zone in their preload list." }),
  })
  .prefault({})
  .meta({ description: "HTTP Strict Transport Security (RFC 6797).", checklist: ["4.2"] });

/** Whether the program sets something that holds for every host of the zone. */
function forTheZone(what: string, checklist: string) {
  return z
    .boolean()
    .default(true)
    .meta({
      description: `Whether the program ${what}. With false the zone keeps what it has, and policies object to what is missing.`,
      checklist: [checklist],
    });
}

/** What reaches hosts that the program does not declare. */
const zoneWide = z
  .strictObject({
    strictTls: forTheZone("asks every server behind the edge for a valid certificate", "4.1"),
    minTlsVersion: forTheZone("sets the minimum TLS version of every host", "4.1"),
    alwaysHttps: forTheZone("sets whether plain http is redirected at every host", "4.2"),
    hsts: forTheZone("tells browsers to use only https for every host", "4.2"),
    caa: forTheZone("limits the authorities that may issue certificates", "4.1"),
    dnssec: forTheZone("signs the zone", "4.1"),
  })
  .prefault({})
  .meta({
    description:
      "What is set for the whole zone, one by one. Leave out what another host of the zone cannot have yet; optropic doctor says which.",
  });

/** What the edge, Cloudflare, does for both hosts. */
export const edgeSchema = z
  .strictObject({
    minTlsVersion: z
      .enum(["1.0", "1.1", "1.2", "1.3"], { error: '"1.0", "1.1", "1.2" or "1.3"' })
      .default("1.2")
      .meta({
        description: "Minimum TLS version. Quote it, because YAML reads 1.0 as the number 1.",
        checklist: ["4.1"],
      }),
    alwaysHttps: z
      .boolean()
      .default(true)
      .meta({
        description: "Whether plain http is redirected to https.",
        checklist: ["4.2"],
      }),
    hsts,
    zoneWide,
    rateLimits: z
      .strictObject({
        api: rateLimit(300, "The whole API."),
        login: rateLimit(10, "The login endpoint; stricter than the API's."),
      })
      .prefault({})
      .meta({ description: "Rate limits at the edge.", checklist: ["4.4"] }),
    csp: z
      .record(cspDirective, z.array(cspSource).max(50))
      .default({
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "upgrade-insecure-requests": [],
      })
      .meta({
        description:
          "Content Security Policy (CSP Level 3): directives with their sources. It replaces the entire default.",
        checklist: ["4.6", "4.8"],
        expected: "a mapping of CSP directives to lists of sources",
      }),
    corsOrigins: z
      .array(origin)
      .min(1)
      .max(50)
      .meta({ description: "Origins whose pages may call the API.", checklist: ["4.3"] }),
    extraRules: extraRulesSchema,
    dnssecDelegated: z
      .boolean()
      .default(false)
      .meta({
        description:
          "Whether the registrar has the zone's DS record. Until then Cloudflare reports DNSSEC as pending, and a refresh ignores that state.",
        checklist: ["4.1"],
      }),
    certificateAuthorities: z
      .array(hostname)
      .min(1)
      .max(10)
      .default(["letsencrypt.org", "pki.goog", "ssl.com"])
      .meta({
        description:
          "Certificate authorities that may issue certificates for the zone, as in a CAA record (RFC 8659). The hosts and the edge use these three.",
        checklist: ["4.1"],
      }),
  })
  .meta({ description: "What Cloudflare does in front of both hosts." });
