import fc from "fast-check";
import { extraPhases } from "../../config/extra-rules.ts";
import { generatedSecretNames } from "../../config/generated-secrets.ts";
import { managedComponents } from "../../config/manage.ts";
import { vendors } from "../../config/plans.ts";
import type { SettingsInput } from "../../config/settings.ts";
import { anyRollout } from "./arbitrary-rollout.ts";
import { recipients } from "./recipients.ts";

function planOf<const Name extends keyof typeof vendors>(vendor: Name) {
  const ids = vendors[vendor].plans.map(({ id }): (typeof vendors)[Name]["plans"][number]["id"] => id);
  return fc.constantFrom(...ids);
}

const word = fc.stringMatching(/^[a-z][a-z0-9]{1,12}$/);
const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?$/);
const zone = fc
  .tuple(label, fc.constantFrom("example", "co.uk", "xn--p1ai"))
  .map((labels) => labels.join("."));
const hex32 = fc.stringMatching(/^[0-9a-f]{32}$/);
const urlPath = fc.array(word, { maxLength: 4 }).map((words) => `/${words.join("/")}`);
const command = fc.stringMatching(/^[!-~][ -~]{0,60}$/);
const email = fc.tuple(word, zone).map(([user, host]) => `${user}@${host.replace("xn--p1ai", "example")}`);
const origin = fc
  .tuple(fc.constantFrom("https", "http"), zone, fc.constantFrom("", ":8443"))
  .map(([scheme, host, port]) => `${scheme}://${host}${port}`);
const network = fc.oneof(
  fc
    .tuple(fc.integer({ min: 193, max: 223 }), fc.nat(255), fc.nat(32))
    .map(([a, b, bits]) => `${a}.${b}.0.0/${bits}`),
  fc
    .tuple(fc.nat(0xffff), fc.integer({ min: 16, max: 128 }))
    .map(([a, bits]) => `2001:db8:${a.toString(16)}::/${bits}`),
);
const schedule = fc
  .tuple(
    fc.nat(59),
    fc.nat(23),
    fc.constantFrom("*", "*/2", "1-5", "1,15"),
    fc.constantFrom("*", "1-12"),
    fc.nat(7),
  )
  .map((fields) => fields.join(" "));
const keptFor = fc.constantFrom("1d", "1w", "1m", "2m", "3m", "6m", "1y", "unlimited");
const whole = (min: number, max: number) => fc.integer({ min, max });
/** A mapping each of whose settings may be left out. */
const partial = <T extends object>(settings: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(settings, { requiredKeys: [] });

const rateLimit = partial({
  requests: whole(1, 1_000_000),
  periodSeconds: fc.constantFrom(10, 60, 120, 300, 600, 3600),
  blockSeconds: whole(10, 86_400),
});

const extraRules = fc.uniqueArray(
  fc.record(
    {
      phase: fc.constantFrom(...extraPhases),
      ref: word,
      expression: word.map((host) => `http.host eq "${host}"`),
      action: fc.constantFrom("block", "skip", "log"),
      actionParameters: fc.dictionary(word, fc.oneof(word, fc.array(word))),
      enabled: fc.boolean(),
    },
    { requiredKeys: ["phase", "ref", "expression", "action"] },
  ),
  { maxLength: 3, selector: ({ ref }) => ref },
);

const csp = fc.dictionary(
  fc.constantFrom("default-src", "script-src", "connect-src", "frame-ancestors", "upgrade-insecure-requests"),
  fc.array(fc.stringMatching(/^[a-z':/.*0-9-]{1,20}$/), { maxLength: 4 }),
);

const domains = zone.chain((name) =>
  fc
    .tuple(fc.uniqueArray(label, { minLength: 3, maxLength: 3 }), fc.boolean(), fc.boolean())
    .map(([[first, second, third], apex, redirects]) => ({
      zone: name,
      web: apex ? name : `${first}.${name}`,
      api: `${second}.${name}`,
      ...(redirects ? { redirect: `${third}.${name}` } : {}),
    })),
);

const scaling = fc
  .tuple(
    whole(1, 100),
    whole(1, 100),
    partial({ enabled: fc.boolean(), cpuPercent: whole(1, 100), memoryPercent: whole(1, 100) }),
  )
  .map(([one, other, rest]) => ({ ...rest, min: Math.min(one, other), max: Math.max(one, other) }));

const httpsUrl = fc.tuple(zone, urlPath).map(([host, path]) => `https://${host}${path}`);

const errorTracking = fc.record(
  {
    organization: label,
    team: label,
    pagerDutyIntegration: whole(1, 999_999).map(String),
    region: fc.constantFrom("us", "de"),
    keyRateLimit: partial({ count: whole(1, 1_000_000), windowSeconds: whole(1, 86_400) }),
  },
  { requiredKeys: ["organization"] },
);

const timeOfDay = (hour: number) => fc.nat(59).map((minute) => `${pad(hour)}:${pad(minute)}`);
const pad = (part: number) => String(part).padStart(2, "0");

type Weekday = "monday" | "friday" | "sunday";

const observability = fc.record(
  {
    grafana: fc.record(
      {
        url: httpsUrl,
        stackId: whole(1, 999_999).map(String),
        dataSource: label,
        routes: fc.constantFrom("replace", "keep"),
        prometheus: fc.record({ url: httpsUrl, username: word }),
      },
      { requiredKeys: ["url", "stackId"] },
    ),
    metricsPath: urlPath,
    scrapeIntervalSeconds: fc.constantFrom(30, 60, 120),
    syntheticProbes: fc.array(word, { minLength: 1, maxLength: 4 }),
    slackChannel: word.map((name) => `#${name}`),
    muteTiming: fc.record({
      weekdays: fc.subarray<Weekday>(["monday", "friday", "sunday"], { minLength: 1 }),
      start: timeOfDay(2),
      end: timeOfDay(5),
    }),
  },
  { requiredKeys: ["grafana"] },
);

const day = fc.tuple(whole(1, 12), whole(1, 28)).map((date) => `2026-${date.map(pad).join("-")}`);

const onCall = fc.record(
  {
    account: label,
    people: fc.uniqueArray(fc.record({ name: word, email }), {
      minLength: 1,
      maxLength: 5,
      selector: (person) => person.email.toLowerCase(),
    }),
    invite: fc.boolean(),
    timeZone: fc.constantFrom("Etc/UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"),
    start: day,
    handoffHour: whole(0, 23),
    rotationDays: whole(1, 28),
    escalation: partial({ firstMinutes: whole(1, 1440), secondMinutes: whole(1, 1440), repeat: whole(0, 9) }),
  },
  { requiredKeys: ["account", "people", "start"] },
);

const store = fc.oneof(
  fc.constant({}),
  fc.constant({ provider: "r2" as const }),
  fc.record({
    provider: fc.constant("s3" as const),
    s3: fc.record(
      {
        endpoint: zone.map((host) => `https://${host}`),
        region: label,
        bucket: fc.stringMatching(/^[a-z][a-z0-9.-]{1,20}[a-z0-9]$/),
      },
      { requiredKeys: ["endpoint"] },
    ),
  }),
);

const backups = fc
  .tuple(
    store,
    fc.record(
      {
        retentionDays: whole(1, 3650),
        schedule,
        graceMinutes: whole(1, 10_080),
        recipients: fc.shuffledSubarray([...recipients], { minLength: 1 }),
        schemas: fc.uniqueArray(fc.constantFrom("public", "Odd Name", 'quo"ted', "übung"), { maxLength: 4 }),
        location: fc.constantFrom("apac", "eeur", "enam", "weur", "wnam", "oc"),
        jurisdiction: fc.constantFrom("default", "eu", "fedramp"),
        jobs: whole(1, 16),
        copies: fc.uniqueArray(
          fc.record(
            {
              name: fc.stringMatching(/^copy[a-z0-9-]{0,9}$/),
              endpoint: zone.map((host) => `https://${host}`),
              region: label,
              bucket: fc.stringMatching(/^[a-z][a-z0-9.-]{1,20}[a-z0-9]$/),
              required: fc.boolean(),
              lock: fc.boolean(),
            },
            { requiredKeys: ["name", "endpoint", "bucket"] },
          ),
          { maxLength: 3, selector: ({ name }) => name },
        ),
        drill: partial({
          jobs: whole(1, 16),
          role: word,
          checks: fc.uniqueArray(fc.record({ name: word, sql: command, expect: fc.string() }), {
            maxLength: 3,
            selector: ({ name }) => name,
          }),
          accept: fc.uniqueArray(fc.record({ name: word, reason: word }), {
            maxLength: 3,
            selector: ({ name }) => name,
          }),
        }),
      },
      { requiredKeys: ["recipients"] },
    ),
  )
  .map(([where, rest]) => ({ ...where, ...rest }));

/** A public key of Ed25519, as keygen prints it. */
const publicKey = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => `ed25519:${Buffer.from(bytes).toString("base64")}`);

const anyJourney = fc.record({
  name: fc.constantFrom("A visitor reads", "A user logs in", "A user pays"),
  requests: fc.array(
    fc.record(
      {
        host: fc.constantFrom("web" as const, "api" as const),
        method: fc.constantFrom("GET" as const, "POST" as const),
        path: fc.constantFrom("/", "/prices?currency=EUR"),
        headers: fc.constant({ accept: "text/html" }),
        body: fc.constant('{"email":"{VERIFY_USER}"}'),
        expect: partial({
          status: whole(100, 599),
          contains: fc.constant("Prices"),
          withinMs: whole(1, 60_000),
        }),
      },
      { requiredKeys: ["path"] },
    ),
    { minLength: 1, maxLength: 3 },
  ),
});

/** Everything that a component may refer to, so that any of them may be managed elsewhere. */
const existing = fc.record({
  webProject: word.map((id) => `prj_${id}`),
  apiHost: label.map((name) => `${name}.onrender.com`),
  apiService: word.map((id) => `srv-${id}`),
  renderEnvironment: word.map((id) => `evm-${id}`),
  databaseRef: fc.stringMatching(/^[a-z]{20}$/),
  sentryDsn: hex32.map((key) => `https://${key}@o1.ingest.de.sentry.io/42`),
  backupCheckIn: httpsUrl,
  pagerService: word,
  dashboardUrl: httpsUrl,
  errorTrackingUrl: httpsUrl,
});

/** Any settings that a stack may have, as a person writes them. */
export const anySettings = fc.record<SettingsInput>(
  {
    stage: fc.constantFrom("production", "staging"),
    scope: fc.constantFrom("platform", "all"),
    release: fc
      .tuple(fc.nat(99), fc.nat(99), fc.nat(99), fc.constantFrom("", "-rc.1", "-x-y"))
      .map(([major, minor, patch, rest]) => `${major}.${minor}.${patch}${rest}`),
    project: fc.record(
      {
        name: word,
        names: fc.dictionary(fc.constantFrom("web", "api", "on-call-primary"), word),
        repository: fc.tuple(word, word).map((names) => names.join("/")),
        branch: fc.tuple(word, word).map((names) => names.join("/")),
      },
      { requiredKeys: ["repository"] },
    ),
    accounts: fc.record({
      cloudflare: hex32,
      supabaseOrganization: word,
      vercelTeam: word.map((team) => `team_${team}`),
      renderOwner: fc.tuple(fc.constantFrom("tea", "usr"), word).map((parts) => parts.join("-")),
    }),
    plans: partial({
      cloudflare: planOf("cloudflare"),
      subscribe: fc.boolean(),
      vercel: planOf("vercel"),
      render: planOf("render"),
      supabase: planOf("supabase"),
      grafana: planOf("grafana"),
      sentry: planOf("sentry"),
      pagerduty: planOf("pagerduty"),
    }),
    manage: partial(
      Object.fromEntries(managedComponents.map((component) => [component, fc.boolean()])),
    ).filter((manage) => managedComponents.some((component) => manage[component] !== false)),
    existing,
    domains,
    secrets: partial({
      length: whole(4, 512),
      rotation: word,
      protect: fc.boolean(),
      existing: fc.subarray([...generatedSecretNames]),
    }),
    web: fc.record(
      {
        baseUrl: fc.tuple(origin, urlPath).map((parts) => parts.join("")),
        region: fc.stringMatching(/^[a-z]{3}[0-9]$/),
        nodeVersion: fc.constantFrom("20.x", "22.x", "24.x"),
        framework: fc.constantFrom("nextjs", "remix", "nuxtjs", "sveltekit", "astro", "vite"),
        retention: partial({ production: keptFor, preview: keptFor, canceled: keptFor, errored: keptFor }),
      },
      { requiredKeys: ["region"] },
    ),
    api: fc.record(
      {
        region: fc.constantFrom("frankfurt", "ohio", "oregon", "singapore", "virginia"),
        plan: fc.constantFrom("free", "starter", "standard", "pro", "pro_plus", "pro_max", "pro_ultra"),
        scaling,
        healthCheckPath: urlPath,
        loginPath: urlPath,
        autoDeploy: fc.constantFrom("commit", "checksPass", "off"),
        variables: fc.constantFrom("platform", "keep"),
        buildCommand: command,
        startCommand: command,
        preDeployCommand: command,
      },
      { requiredKeys: ["region"] },
    ),
    webProjects: fc.constant({}),
    services: fc.constant({}),
    database: fc.record(
      {
        region: fc.constantFrom("eu-central-1", "us-east-1", "ap-south-1"),
        computeSize: fc.constantFrom("nano", "micro", "small", "16xlarge"),
        pitrDays: fc.constantFrom(0, 7, 14, 28),
        pool: partial({
          enabled: fc.boolean(),
          mode: fc.constantFrom("transaction", "session"),
          size: whole(1, 1000),
          connectionsPerInstance: whole(1, 100),
        }),
        sslMode: fc.constantFrom("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
        enforceSsl: fc.boolean(),
        anonymousReads: fc.array(
          fc
            .tuple(fc.stringMatching(/^[a-z_]{1,20}$/), fc.stringMatching(/^[a-z_]{1,20}$/))
            .map((names) => names.join(".")),
          { maxLength: 5 },
        ),
        allowedNetworks: fc.array(network, { maxLength: 5 }),
      },
      { requiredKeys: ["region", "allowedNetworks"] },
    ),
    edge: fc.record(
      {
        minTlsVersion: fc.constantFrom("1.0", "1.1", "1.2", "1.3"),
        alwaysHttps: fc.boolean(),
        hsts: partial({
          maxAgeSeconds: whole(0, 63_072_000),
          includeSubdomains: fc.boolean(),
          preload: fc.boolean(),
        }),
        zoneWide: partial({
          strictTls: fc.boolean(),
          minTlsVersion: fc.boolean(),
          alwaysHttps: fc.boolean(),
          hsts: fc.boolean(),
          caa: fc.boolean(),
          dnssec: fc.boolean(),
        }),
        rateLimits: partial({ api: rateLimit, login: rateLimit }),
        csp,
        extraRules: partial({ before: extraRules, after: extraRules }),
        corsOrigins: fc.array(fc.oneof(origin, fc.constant("*")), { minLength: 1, maxLength: 4 }),
        dnssecDelegated: fc.boolean(),
        certificateAuthorities: fc.array(zone, { minLength: 1, maxLength: 4 }),
      },
      { requiredKeys: ["corsOrigins"] },
    ),
    backups,
    evidence: partial({
      publicKeys: fc.array(publicKey, { maxLength: 3 }),
      fourEyes: fc.boolean(),
      attestationDays: whole(1, 366),
      validHours: partial(
        Object.fromEntries(
          ["preview", "verify", "drill", "backup", "loadTest", "gate", "release", "watch"].map((kind) => [
            kind,
            whole(1, 87_600),
          ]),
        ),
      ),
    }),
    rollout: anyRollout,
    verify: partial({
      resolvers: fc.array(fc.constantFrom("192.0.2.53", "2001:db8::53"), { maxLength: 2 }),
      observatoryScore: whole(0, 145),
      rowMatrix: fc.constantFrom("rls-matrix.json", "docs/rows.json"),
      pagingContactPoints: fc.constantFrom([], ["PagerDuty"]),
      journeys: fc.uniqueArray(anyJourney, { maxLength: 3, selector: ({ name }) => name }),
    }),
    objectives: partial({
      rpoMinutes: whole(1, 43_200),
      rtoMinutes: whole(1, 43_200),
      p95Ms: whole(1, 60_000),
      p99Ms: whole(1, 60_000),
      errorRatePercent: fc.double({ min: 0, max: 100, noNaN: true }).map((share) => share + 0),
      memoryPercent: whole(1, 100),
      databaseConnectionsPercent: whole(1, 100),
    }),
    errorTracking,
    observability,
    onCall,
    logs: fc.record({
      aggregator: fc.constantFrom("loki", "datadog", "cloudwatch"),
      endpoint: httpsUrl,
      syslog: fc.tuple(zone, whole(1, 65_535)).map((parts) => parts.join(":")),
    }),
    loadTest: partial({
      virtualUsers: whole(1, 1000),
      user: email,
      paths: fc.array(urlPath, { maxLength: 3 }),
      pauseSeconds: whole(1, 300),
      durationSeconds: whole(10, 3600),
      soakMinutes: whole(1, 1440),
      loadZone: fc.constantFrom("amazon:de:frankfurt", "amazon:us:ashburn"),
      start: day,
      schedule,
    }),
    headers: fc.constantFrom("edge", "application"),
    roles: fc.dictionary(
      fc.stringMatching(/^[a-z][a-z-]{0,20}$/),
      fc.constantFrom("application", "documentation", "redirect", "tool", "worker", "proxy"),
      { minKeys: 1, maxKeys: 3 },
    ),
    links: fc.record({ statusPage: httpsUrl, runbooks: httpsUrl }),
    contacts: fc.record({ technicalLead: email, devops: email, databaseAdmin: email, security: email }),
    waiverDays: fc.integer({ min: 1, max: 180 }),
    waivers: fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 3 }),
  },
  {
    requiredKeys: [
      "stage",
      "release",
      "project",
      "accounts",
      "existing",
      "domains",
      "web",
      "api",
      "database",
      "edge",
      "backups",
      "errorTracking",
      "observability",
      "onCall",
      "logs",
      "contacts",
      "links",
    ],
  },
);
