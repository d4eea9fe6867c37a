import * as z from "zod";

/**
 * The settings of one stack: structured Pulumi configuration under the project's namespace, one top-level
 * key of this schema for each `optropic:` key of Pulumi.<stack>.yaml.
 *
 * The schema refuses what is malformed or impossible. What is well formed but against the checklist (TLS
 * 1.0, no PITR, a short secret) passes here and is left to the policies, which name the item. Defaults are
 * the checklist's own figures; the item is named beside each.
 */

const hostname = z
  .string()
  .max(253)
  .regex(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, "a lower-case host name");

const origin = z
  .string()
  .max(300)
  .refine((value) => value === "*" || isOrigin(value), "an origin such as https://app.example.com, or *");

const cidr = z.union([z.cidrv4(), z.cidrv6()], { error: "a network such as 203.0.113.0/24" });

const text = z.string().min(1).max(500);
const identifier = z.string().min(1).max(100);
const secretName = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, "1 to 64 letters, digits, dots, dashes");
const percent = z.number().min(0).max(100);
const seconds = z.int().min(1).max(86_400);
const path = z
  .string()
  .max(200)
  .regex(/^\/[^\s?#]*$/, "an absolute path such as /api/health");

/** Stage of a stack: production is strict; staging keeps what only production needs advisory. */
export const stageSchema = z.enum(["production", "staging"]);

const projectSchema = z.strictObject({
  /** Name from which every resource is named. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,30}$/, "2 to 31 lower-case letters, digits and dashes")
    .default("optropic"),
  /** GitHub repository, owner/name, that both hosts build (item 7V.2). */
  repository: z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, "a GitHub repository, owner/name"),
  /** Branch that goes to this stage (item 7V.2). */
  branch: z.string().min(1).max(200).default("main"),
});

const accountsSchema = z.strictObject({
  /** Cloudflare account id: 32 hexadecimal digits. */
  cloudflare: z.string().regex(/^[0-9a-f]{32}$/, "32 hexadecimal digits"),
  /** Supabase organisation slug. */
  supabaseOrganization: identifier,
  /** Vercel team id, `team_…`. */
  vercelTeam: identifier,
  /** Render workspace id, `tea-…` or `usr-…`. */
  renderOwner: z.string().regex(/^(tea|usr)-[\w-]{1,80}$/, "a workspace id, tea-… or usr-…"),
});

const domainsSchema = z.strictObject({
  /** The Cloudflare zone. */
  zone: hostname,
  /** Host of the web application (Vercel). */
  web: hostname,
  /** Host that redirects to `web`; none where the stage has no such name. */
  redirect: hostname.optional(),
  /** Host of the API (Render). */
  api: hostname,
});

const secretsSchema = z
  .strictObject({
    /** Length in characters of each generated secret; items 2.4 and 2.5 ask for 64 or more. */
    length: z.int().min(16).max(512).default(64),
    /** Change this word to rotate every generated secret. */
    rotation: secretName.default("1"),
  })
  .prefault({});

const webSchema = z.strictObject({
  /** URL that the application gives itself (item 2.7); the stack's web host over https by default. */
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .optional(),
  /** Vercel function region, such as fra1 (item 7.5). */
  region: z.string().regex(/^[a-z]{3}[0-9]$/, "a Vercel region such as fra1"),
  nodeVersion: z.enum(["20.x", "22.x", "24.x"]).default("24.x"),
  framework: z.enum(["nextjs", "remix", "nuxtjs", "sveltekit", "astro", "vite"]).default("nextjs"),
  /** How long deployments are kept, in Vercel's own words: 1d, 1w, 1m, 2m, 3m, 6m, 1y, unlimited. */
  retention: z
    .strictObject({
      production: z.enum(["1d", "1w", "1m", "2m", "3m", "6m", "1y", "unlimited"]).default("1y"),
      preview: z.enum(["1d", "1w", "1m", "2m", "3m", "6m", "1y", "unlimited"]).default("1m"),
      canceled: z.enum(["1d", "1w", "1m", "2m", "3m", "6m", "1y", "unlimited"]).default("1w"),
      errored: z.enum(["1d", "1w", "1m", "2m", "3m", "6m", "1y", "unlimited"]).default("1m"),
    })
    .prefault({}),
});

const apiSchema = z.strictObject({
  /** Render region (item 7.5). */
  region: z.enum(["frankfurt", "ohio", "oregon", "singapore", "virginia"]),
  /** Render instance type (item 7.4). */
  plan: z
    .enum(["free", "starter", "standard", "pro", "pro_plus", "pro_max", "pro_ultra"])
    .default("standard"),
  /** Autoscaling bounds and targets (item 7.4). */
  scaling: z
    .strictObject({
      enabled: z.boolean().default(true),
      min: z.int().min(1).max(100).default(2),
      max: z.int().min(1).max(100).default(6),
      cpuPercent: z.int().min(1).max(100).default(70),
      memoryPercent: z.int().min(1).max(100).default(75),
    })
    .prefault({})
    .refine((scaling) => scaling.min <= scaling.max, {
      error: "min at most max",
      path: ["min"],
    }),
  /** Path of the health check at every host (items 5.7 and 7R.4). */
  healthCheckPath: path.default("/api/health"),
  /** Path of the login endpoint, which has a tighter rate limit (item 4.4). */
  loginPath: path.default("/api/trpc/login"),
  /** When Render deploys by itself (item 7R.5): on each commit, when checks pass, or never. */
  autoDeploy: z.enum(["commit", "checksPass", "off"]).default("checksPass"),
  buildCommand: text.default("npm ci && npm run build"),
  startCommand: text.default("npm run start"),
  /** Runs before traffic moves to a release (item 3.6). */
  preDeployCommand: text.default("npx prisma migrate deploy"),
});

const databaseSchema = z.strictObject({
  /** AWS region of the Supabase project (item 7.5); it cannot be changed once created. */
  region: z.enum([
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
  ]),
  /** Supabase compute size; PITR needs small or larger. */
  computeSize: z
    .enum([
      "nano",
      "micro",
      "small",
      "medium",
      "large",
      "xlarge",
      "2xlarge",
      "4xlarge",
      "8xlarge",
      "12xlarge",
      "16xlarge",
    ])
    .default("small"),
  /** Days of point-in-time recovery (item 3.3): the vendor sells 7, 14 and 28; 0 is none. */
  pitrDays: z.union([z.literal(0), z.literal(7), z.literal(14), z.literal(28)]).default(7),
  /** Connection pooling (item 3.4). */
  pool: z
    .strictObject({
      enabled: z.boolean().default(true),
      mode: z.enum(["transaction", "session"]).default("transaction"),
      /** Server connections for each user and database. */
      size: z.int().min(1).max(1000).default(15),
      /** Connections that one instance of the application opens to the pooler. */
      connectionsPerInstance: z.int().min(1).max(100).default(5),
    })
    .prefault({}),
  /** `sslmode` of every connection string (item 3.5). */
  sslMode: z.enum(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]).default("require"),
  /** The vendor refuses plaintext connections (item 3.5). */
  enforceSsl: z.boolean().default(true),
  /** Networks that may reach the database. Vercel's functions have no fixed addresses on most plans. */
  allowedNetworks: z.array(cidr).max(100),
});

const cspDirective = z
  .string()
  .regex(/^(?:[a-z]+-)*[a-z]+$/, "a CSP directive such as script-src")
  .max(40);
const cspSource = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[^\s;,]+$/, "one CSP source, without spaces, semicolons or commas");

const rateLimit = z.strictObject({
  /** Requests from one address in a period before they are answered with 429. */
  requests: z.int().min(1).max(1_000_000),
  /** Period in seconds: 10, 60, 120, 300, 600 or 3600, as Cloudflare sells them. */
  periodSeconds: z.union(
    [z.literal(10), z.literal(60), z.literal(120), z.literal(300), z.literal(600), z.literal(3600)],
    { error: "10, 60, 120, 300, 600 or 3600 seconds" },
  ),
  /** How long the address stays blocked, in seconds. */
  blockSeconds: seconds.default(600),
});

const edgeSchema = z.strictObject({
  /** Lowest TLS version at the edge (item 4.1). */
  minTlsVersion: z.enum(["1.0", "1.1", "1.2", "1.3"]).default("1.2"),
  /** Plain http is redirected (item 4.2). */
  alwaysHttps: z.boolean().default(true),
  /** HTTP Strict Transport Security (item 4.2; RFC 6797; the preload list asks for a year). */
  hsts: z
    .strictObject({
      maxAgeSeconds: z.int().min(0).max(63_072_000).default(31_536_000),
      includeSubdomains: z.boolean().default(true),
      preload: z.boolean().default(true),
    })
    .prefault({}),
  /** Rate limits at the edge (item 4.4). */
  rateLimits: z
    .strictObject({
      api: rateLimit.prefault({ requests: 300, periodSeconds: 60 }),
      login: rateLimit.prefault({ requests: 10, periodSeconds: 60 }),
    })
    .prefault({}),
  /** Content Security Policy, directive to sources (item 4.6; CSP Level 3). */
  csp: z.record(cspDirective, z.array(cspSource).max(50)).default({
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
  }),
  /** Origins that may call the API from a browser (item 4.3). */
  corsOrigins: z.array(origin).min(1).max(50),
  /** Certificate authorities that may issue for the zone (item 4.1; RFC 8659). */
  certificateAuthorities: z
    .array(hostname)
    .min(1)
    .max(10)
    .default(["letsencrypt.org", "pki.goog", "ssl.com"]),
});

const backupsSchema = z
  .strictObject({
    /** Days an off-site backup is kept and cannot be deleted (item 8.3). */
    retentionDays: z.int().min(1).max(3650).default(30),
    /** When the daily job runs, in cron's five fields, UTC (item 8.2). */
    schedule: z
      .string()
      .regex(/^(\S+\s+){4}\S+$/, "five cron fields")
      .max(100)
      .default("15 2 * * *"),
    /** Where the bucket is, as Cloudflare R2 names it. */
    location: z.enum(["apac", "eeur", "enam", "weur", "wnam", "oc"]).default("weur"),
    /** Jurisdiction of the bucket, as Cloudflare R2 names it. */
    jurisdiction: z.enum(["default", "eu", "fedramp"]).default("default"),
  })
  .prefault({});

const errorTrackingSchema = z
  .strictObject({
    /** Sentry DSN (item 2.8). It holds a public key only, so it is no secret. */
    dsn: z
      .url({ protocol: /^https$/ })
      .max(300)
      .optional(),
  })
  .prefault({});

const objectivesSchema = z
  .strictObject({
    /** Recovery point objective: data lost at most, in minutes (item 8.7). */
    rpoMinutes: z.int().min(1).max(43_200).default(1440),
    /** Recovery time objective, in minutes (item 8.6). */
    rtoMinutes: z.int().min(1).max(43_200).default(60),
    /** P95 latency, in milliseconds (item 6.2). */
    p95Ms: z.int().min(1).max(60_000).default(500),
    /** P99 latency, in milliseconds (item 6.3). */
    p99Ms: z.int().min(1).max(60_000).default(1000),
    /** Error rate, in percent of requests (item 6.4). */
    errorRatePercent: percent.default(1),
  })
  .prefault({});

const contact = z.email().max(200);

const contactsSchema = z.strictObject({
  /** Item C.1. */
  technicalLead: contact,
  /** Item C.2. */
  devops: contact,
  /** Item C.3. */
  databaseAdmin: contact,
  /** Item C.4. */
  security: contact,
});

const settingsShape = {
  /** Stage of the stack: set here, never guessed from a name. */
  stage: stageSchema,
  /** Version of the platform that this stack runs, by Semantic Versioning. */
  release: z.string().regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}(-[0-9A-Za-z.-]{1,40})?$/, "a version such as 3.0.0"),
  project: projectSchema,
  accounts: accountsSchema,
  domains: domainsSchema,
  secrets: secretsSchema,
  web: webSchema,
  api: apiSchema,
  database: databaseSchema,
  edge: edgeSchema,
  backups: backupsSchema,
  errorTracking: errorTrackingSchema,
  objectives: objectivesSchema,
  contacts: contactsSchema,
  /** Waivers are the policy pack's to read: a malformed one is a violation there, not a refusal here. */
  waivers: z.unknown().optional(),
};

export const settingsSchema = z.strictObject(settingsShape).superRefine((settings, context) => {
  const { zone, web, redirect, api } = settings.domains;
  const hosts: [string, string | undefined][] = [
    ["web", web],
    ["redirect", redirect],
    ["api", api],
  ];
  for (const [key, host] of hosts) {
    if (host !== undefined && host !== zone && !host.endsWith(`.${zone}`)) {
      context.addIssue({
        code: "custom",
        path: ["domains", key],
        message: `a host in the zone ${zone}`,
        input: host,
      });
    }
  }
});

/** Settings of a stack, every default filled in. */
export type Settings = z.infer<typeof settingsSchema>;

/** Settings as a person writes them: what has a default may be left out. */
export type SettingsInput = z.input<typeof settingsSchema>;

export type Stage = z.infer<typeof stageSchema>;

function isOrigin(value: string): boolean {
  try {
    const url = new URL(value);
    return (url.protocol === "https:" || url.protocol === "http:") && url.origin === value;
  } catch {
    return false;
  }
}
