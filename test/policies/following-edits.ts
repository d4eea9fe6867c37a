import { nothingDeclared } from "../../policies/framework/declared.ts";
import { unknownText } from "../../policies/framework/value.ts";
import { cloudflare, grafana, random, vercel } from "../../policies/model/tokens.ts";
import {
  add,
  all,
  type Edit,
  encrypted,
  type Inputs,
  inside,
  inZone,
  leading,
  literal,
  set,
} from "../recording/edited.ts";
import type { Case } from "./kinds-edits.ts";

// What has to be followed to be judged: a record through names of the zone, a check to what it asks, a host to what it
// is for, and a map of variables to what it is made from.

const record = (name: string, inputs: Inputs): Edit =>
  add(cloudflare.dnsRecord, name, { ttl: 1, ...inputs }, inZone);
const www = (content: string): Edit => set("edge-redirect", () => ({ content }));
const apex = (content: string): Edit => set("edge-web", () => ({ content }));

const check = (job: string, target: string, settings: Inputs = { http: {} }, enabled = true): Edit =>
  add(
    grafana.check,
    job,
    { job, target, settings, enabled, frequency: 60_000, timeout: 5000 },
    { beside: "observability-health-web", by: "probes" },
  );

/** Takes secrets from those that a map of variables is made from. */
const madeWithout =
  (...names: readonly string[]): Edit =>
  (stack) => ({
    ...stack,
    resources: stack.resources.map((one) =>
      one.name !== "api-variables"
        ? one
        : {
            ...one,
            propertyDependencies: {
              ...one.propertyDependencies,
              envVars: (one.propertyDependencies.envVars ?? []).filter(
                (urn) => !names.some((name) => urn.endsWith(`::${name}`)),
              ),
            },
          },
    ),
  });

const variable = { value: unknownText };
const without = (...names: readonly string[]): Edit =>
  set("api-variables", ({ envVars }) => ({
    envVars: inside(envVars, Object.fromEntries(names.map((name) => [name, undefined]))),
  }));
const ofService = (source: string, ...names: readonly string[]): Edit =>
  all(
    without(...names),
    set("api-service", () => ({ envVars: Object.fromEntries(names.map((name) => [name, variable])) })),
    leading("api-service", "envVars", source),
    encrypted("api-service", "envVars"),
  );
const unread = set("api-variables", () => ({ envVars: unknownText }));
/** A secret at Vercel that is made from no resource, as one of the settings is. */
const setting = (name: string): Edit => literal(`web-${name}`, { value: unknownText });

/** The settings say that a person gives these secrets. */
const existing =
  (...names: readonly string[]): Edit =>
  (stack) => ({
    ...stack,
    context: {
      ...stack.context,
      declared: { ...(stack.context.declared ?? nothingDeclared), existingSecrets: new Set(names) },
    },
  });

const marketing: Edit = all(
  add(vercel.project, "marketing", {
    name: "optropic-marketing",
    framework: "astro",
    nodeVersion: "24.x",
    gitForkProtection: true,
    gitRepository: { type: "github", repo: "optropic/platform", productionBranch: "release/production" },
    vercelAuthentication: { deploymentType: "standard_protection_new" },
    resourceConfig: { functionDefaultRegions: ["fra1"] },
  }),
  add(vercel.domain, "marketing-domain", { projectId: unknownText, domain: "about.optropic.example" }),
  leading("marketing-domain", "projectId", "marketing"),
  record("marketing-record", {
    type: "CNAME",
    name: "about.optropic.example",
    content: "cname.vercel-dns.com",
    proxied: true,
  }),
);

export const lostOnTheWay: readonly Case[] = [
  [
    "secrets-generated",
    "JWT_SECRET is of no resource, such as an output of another stack",
    all(setting("JWT_SECRET"), madeWithout("secrets-jwt-secret")),
  ],
  [
    "secrets-generated",
    "SECRET_KEY is of no resource, and another secret is an encrypted setting",
    all(existing("jwtSecret"), setting("SECRET_KEY"), madeWithout("secrets-secret-key")),
  ],
  ["dns-records", "two names lead to each other", all(www("optropic.example"), apex("www.optropic.example"))],
  [
    "dns-records",
    "a name leads to another that leads elsewhere",
    all(www("optropic.example"), apex("old.example")),
  ],
  ["dns-records-arrive", "www leads to the API", www("api.optropic.example")],
  [
    "cdn-enabled",
    "a name behind the CDN leads through one that is not",
    all(
      set("edge-api", () => ({ content: "origin.optropic.example" })),
      record("origin", {
        type: "A",
        name: "origin.optropic.example",
        content: "216.24.57.1",
        proxied: false,
      }),
    ),
  ],
  [
    "alert-health-check-failing",
    "the health check of one host is another job's",
    set("observability-health-api", () => ({ job: "health-of-the-api" })),
  ],
  [
    "alert-health-check-failing",
    "a second health check is left out",
    check("readiness", "https://api.optropic.example/api/health"),
  ],
  [
    "health-checked-outside",
    "a page whose name sounds like a health check is called",
    set("observability-health-web", () => ({ target: "https://optropic.example/shopping" })),
  ],
  [
    "assets-cached-a-year",
    "a site beside has the secrets of the application",
    all(
      marketing,
      ...["JWT_SECRET", "DATABASE_URL"].map((key) =>
        all(
          add(vercel.variable, `marketing-${key}`, {
            projectId: unknownText,
            key,
            value: unknownText,
            sensitive: true,
            targets: ["production"],
          }),
          leading(`marketing-${key}`, "projectId", "marketing"),
        ),
      ),
    ),
  ],
  ["secrets-distinct", "nothing is generated for JWT_SECRET at Render", madeWithout("secrets-jwt-secret")],
  ["secrets-distinct", "nothing is generated for SECRET_KEY at Render", madeWithout("secrets-secret-key")],
  [
    "secrets-distinct",
    "a service has both from one generator",
    all(
      add(random.password, "signing", { length: 64, special: false }),
      ofService("signing", "JWT_SECRET", "SECRET_KEY"),
    ),
  ],
  [
    "secrets-distinct",
    "a service has SECRET_KEY from JWT_SECRET",
    ofService("secrets-jwt-secret", "SECRET_KEY"),
  ],
  [
    "secrets-distinct",
    "a map that is unknown is made from one secret of two",
    all(unread, madeWithout("secrets-secret-key")),
  ],
];

export const foundOnTheWay: readonly (readonly [what: string, edit: Edit])[] = [
  ["www leads to the apex", www("optropic.example")],
  ["the apex leads to www", apex("www.optropic.example.")],
  [
    "www leads to the apex, of which records of mail tell",
    all(
      www("optropic.example"),
      record("spf", { type: "TXT", name: "@", content: '"v=spf1 a:optropic.example -all"' }),
      record("dmarc", {
        type: "TXT",
        name: "_dmarc",
        content: '"v=DMARC1; p=reject; rua=mailto:dmarc@optropic.example"',
      }),
    ),
  ],
  [
    "www leads to the apex, which has a record of type HTTPS that writes its own name out",
    all(
      www("optropic.example"),
      record("https", {
        type: "HTTPS",
        name: "optropic.example",
        data: { priority: 1, target: "optropic.example.", value: 'alpn="h2,h3"' },
      }),
    ),
  ],
  [
    "a page, a port and a name are looked at as well",
    all(
      check("home", "https://optropic.example/"),
      check("port", "api.optropic.example:443", { tcp: { tls: true } }),
      check("name", "optropic.example", { dns: { recordType: "A" } }),
      check("former", "https://api.optropic.example/api/health", { http: {} }, false),
      check("payments", "https://payments.example/health"),
    ),
  ],
  ["a site beside the application says nothing of how long its files are kept", marketing],
  [
    "a site beside the application has a health check of its own",
    all(marketing, check("marketing-health", "https://about.optropic.example/health")),
  ],
  [
    "SECRET_KEY is an encrypted setting at every host",
    all(existing("secretKey"), setting("SECRET_KEY"), madeWithout("secrets-secret-key")),
  ],
  [
    "both secrets are encrypted settings at every host",
    all(
      existing("jwtSecret", "secretKey"),
      setting("JWT_SECRET"),
      setting("SECRET_KEY"),
      madeWithout("secrets-jwt-secret", "secrets-secret-key"),
    ),
  ],
  ["a service has SECRET_KEY of its own property", ofService("secrets-secret-key", "SECRET_KEY")],
  ["a map is unknown, and made from all that it needs", unread],
  [
    "a map is unknown, and SECRET_KEY stands beside it",
    all(unread, madeWithout("secrets-secret-key"), ofService("secrets-secret-key", "SECRET_KEY"), unread),
  ],
];

export const mailAtOrigin: Edit = all(
  set("edge-api", () => ({ content: "hosting.example" })),
  record("reports", {
    type: "CAA",
    name: "optropic.example",
    data: { flags: 0, tag: "iodef", value: "mailto:security@hosting.example" },
  }),
);
