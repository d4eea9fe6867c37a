import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext, createServer, type SecureContext } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { ImportFile } from "../../adopt/import-file.ts";
import type { PreviewDocument } from "../../preview/index.ts";
import { importedBy } from "../adopt/import.ts";
import { adoptionSteps, stateAfter, stepsIn } from "../adopt/steps.ts";
import { createAuthority } from "../target/authority.ts";
import { canary, type Estate, startEstate } from "../vendors/fake/estate.ts";
import { listening } from "../vendors/fake/listening.ts";
import { runHere } from "./here.ts";

const root = join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "judge-"));
let estate: Estate;

beforeAll(async () => {
  estate = await startEstate();
});

afterEach(() => estate.server.behave());

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await estate.stop();
});

async function run(args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const ended = await runHere(args, { ...estate.environment, ...more });
  expect(ended.stdout + ended.stderr).not.toContain(canary);
  return ended;
}

async function judged(args: readonly string[] = [], more: NodeJS.ProcessEnv = {}): Promise<PreviewDocument> {
  return JSON.parse((await run(["judge", "--json", ...args], more)).stdout);
}

const unused = ["render", "supabase", "sentry", "pagerduty"].flatMap((name) => ["--without", name]);

function statusOf({ policies }: PreviewDocument, name: string) {
  return policies.find((policy) => policy.name === name)?.status;
}

describe("optropic judge", () => {
  it("judges what the vendors have, with no state and no settings, and changes nothing", async () => {
    const { status, stdout } = await run(["judge", "--json", ...unused]);
    expect(status).toBe(1);
    const document: PreviewDocument = JSON.parse(stdout);
    const messages = document.findings?.map(({ message }) => message) ?? [];
    expect(messages).toContain("The minimum TLS version is 1.0.");
    expect(messages).toContain("The ssl mode is full.");
    expect(messages).toContain("The record CNAME app.acme.test sends visitors past the CDN.");
    expect(messages).toContain("The alert errors links to no runbook.");
    expect(document.resources.filter(({ type }) => type.endsWith(":DnsRecord"))).toHaveLength(40);
    expect(statusOf(document, "render-service")).not.toBe("violated");
    expect(estate.server.requests.filter((request) => !request.startsWith("GET "))).toEqual([]);
  });

  it("says of nothing that it passes while a vendor could not be read, and names the vendor", async () => {
    const { status, stderr, stdout } = await run(["judge", "--json"]);
    expect(status).toBe(1);
    expect(stderr).toContain("render: everything not read: RENDER_API_KEY is not set");
    const document: PreviewDocument = JSON.parse(stdout);
    expect(document.summary.passed).toBe(0);
    expect(document.unread).toContainEqual({
      ...{ vendor: "sentry", what: "everything", why: "SENTRY_AUTH_TOKEN is not set" },
    });
    expect(document.findings?.some(({ urn }) => urn.includes("not read"))).toBe(false);
  });

  it("counts what a token may not read as unknown, not as missing and not as passed", async () => {
    const forbidden = {
      kind: "status",
      status: 403,
      body: { errors: [{ message: "not entitled" }] },
    } as const;
    estate.server.misbehaveAt("cloudflare", "/dns_records", forbidden);
    estate.server.misbehaveAt("cloudflare", "/settings/min_tls_version", forbidden);
    const document = await judged(unused);
    expect(document.unread).toContainEqual(
      expect.objectContaining({
        ...{ vendor: "cloudflare", what: "DNS records of acme.test" },
        why: expect.stringContaining("lacks the right to read the DNS records"),
      }),
    );
    for (const name of ["tls-caa", "tls-minimum-version"]) expect(statusOf(document, name)).toBe("unknown");
    expect(statusOf(document, "tls-strict-to-origin")).toBe("violated");
  });

  it.each([
    ["an id that leads elsewhere", { kind: "text", text: hostileZone("..") }],
    ["a redirect", { kind: "redirect", to: "http://127.0.0.1:1/" }],
  ] as const)("takes %s of a vendor for nothing known", async (_, misbehavior) => {
    estate.server.misbehaveAt("cloudflare", "/zones", misbehavior);
    const document = await judged(unused);
    expect(document.unread?.some(({ vendor, unasked }) => vendor === "cloudflare" && !unasked)).toBe(true);
    expect(statusOf(document, "tls-minimum-version")).toBe("unknown");
    expect(document.summary.passed).toBe(0);
  });

  it("refuses a vendor that it does not know, and an address to which no token may go", async () => {
    expect(await run(["judge", "--without", "acme"])).toMatchObject({ status: 2, stdout: "" });
    const { status, stderr } = await run(["judge"], { OPTROPIC_CLOUDFLARE_URL: "https://evil.example" });
    expect(status).toBe(2);
    expect(stderr).toContain("must be an address on this machine");
  });
});

function hostileZone(id: string): string {
  const zone = { id, name: "acme.test", status: "active", account: { id: "a" } };
  return JSON.stringify({ success: true, errors: [], messages: [], result: [zone] });
}

describe("a platform that only its vendors know", () => {
  it("becomes settings, imports without a false creation, and a verdict, with no file edited", async () => {
    const whole = (args: readonly string[]) => run(args, estate.whole);
    const { commands, imports: output, own, makeProject } = await stepsIn(folder);
    expect(timedSteps()).toEqual(adoptionSteps);
    expect(await whole(commands["2. init --judge-only"])).toMatchObject({ status: 0, stderr: "" });
    rmSync(join(folder, "checklist-pack.json"));
    const first = await whole(commands["4. init"].filter((flag) => flag !== "--force"));
    expect(first).toMatchObject({ status: 0, stderr: "" });
    expect(first.stdout).toContain("pulumi config set --stack live --secret optropic-secrets:jwtSecret\n");
    const settings = readFileSync(join(folder, "Pulumi.live.yaml"), "utf8");
    const config: Record<string, unknown> = parse(settings).config;
    expect(config).toMatchObject({
      "optropic:project": {
        ...{ name: "acme", repository: "acme/shop", branch: "main" },
        names: {
          web: "acme-shop",
          api: "acme-api",
          database: "Acme's data",
          admin: "acme-admin",
          worker: "acme-worker",
          ...{ search: "acme-search", digest: "acme-digest", guide: "acme-guide" },
        },
      },
      "optropic:accounts": {
        ...{ cloudflare: "a".repeat(32), vercelTeam: "team_acme", renderOwner: "tea-acme" },
        supabaseOrganization: "acme-org",
      },
      "optropic:webProjects": { admin: { host: "app.acme.test", repository: "acme/admin" } },
      "optropic:services": {
        worker: { kind: "worker", plan: "starter", startCommand: "npm run worker", variables: "keep" },
        search: {
          ...{ kind: "private", runtime: "docker", dockerfile: "./search/Dockerfile" },
          disk: { name: "index", mountPath: "/var/data", sizeGb: 10 },
        },
        digest: { kind: "cron", schedule: "0 7 * * 1", startCommand: "npm run digest" },
        guide: {
          ...{ kind: "static", host: "guide.acme.test", publishPath: "guide/dist" },
          routes: [{ type: "rewrite", source: "/*", destination: "/index.html" }],
        },
      },
      "optropic:api": { region: "oregon", healthCheckPath: "/healthz", startCommand: "npm run api" },
      "optropic:database": {
        ...{ region: "eu-west-1", computeSize: "medium" },
        allowedNetworks: ["203.0.113.0/24"],
      },
      "optropic:secrets": { existing: ["jwtSecret", "databaseOwner"] },
      "optropic:observability": { grafana: { url: "https://acme.grafana.net", routes: "keep" } },
    });
    const verdict = await whole([...commands["judge with the pack of init"], "--json"]);
    expect(JSON.parse(verdict.stdout).summary).toMatchObject({ mandatory: 0 });
    await whole(commands["4. init"]);
    expect(readFileSync(join(folder, "Pulumi.live.yaml"), "utf8")).toBe(settings);

    makeProject();
    const plan = async (...more: string[]): Promise<PlanDocument> =>
      JSON.parse((await whole([...commands["6. import --plan"], "--json", ...more])).stdout);
    const { steps, unmanaged } = await plan();
    expect(namesOf(steps, "import")).toEqual(
      expect.arrayContaining([
        ...["edge-zone", "edge-ssl", "edge-waf-custom", "edge-web", "edge-redirect", "edge-api"],
        ...["edge-dnssec", "edge-host-admin", "edge-subscription", "web-project", "web-domain"],
        ...["web-DATABASE_URL", "web-JWT_SECRET", "web-SENTRY_DSN", "web-admin-project", "web-admin-domain"],
        ...[
          "web-admin-JWT_SECRET",
          "api-service",
          "service-worker-worker",
          ...["service-search-private", "service-digest-job", "service-guide-site"],
          "database-project",
        ],
        "database-settings",
      ]),
    );
    // Of what no token was given for, nothing is said to be new, nor of what could not be read.
    const silent = /^(?:sentry|pagerduty|postgresql):/;
    const created = steps.filter(({ action }) => action === "create");
    expect(created.filter(({ type }) => silent.test(type) || type.endsWith(":ZoneSetting"))).toEqual([]);
    const losses = steps.filter(
      ({ loses, remade, blockedBy }) => (loses ?? remade ?? blockedBy) !== undefined,
    );
    expect(losses).toEqual([]);
    expect(namesOf(steps, "ask")).toEqual([]);
    const file: ImportFile = JSON.parse(readFileSync(output, "utf8"));
    await expectDoctor(commands["5. doctor"]);

    // What Pulumi has after the import.
    const imported = steps.filter(({ action }) => action === "import");
    const stored = importedBy(file, { stack: "live", project: "optropic" });
    expect(
      stored
        .filter(({ custom }) => custom)
        .map(({ urn }) => urn)
        .toSorted(),
    ).toEqual(imported.map(({ urn }) => urn).toSorted());
    const state = stateAfter(output);
    const record = unmanaged.find(({ type }) => type.endsWith(":DnsRecord"));
    const gone = { ...record, urn: `urn:pulumi:live::optropic::${record?.type}::gone` };
    const more = JSON.parse(state);
    more.deployment.resources.push({
      ...{ urn: gone.urn, type: gone.type, id: gone.id, custom: true },
      inputs: { type: "TXT", name: "gone" },
    });
    writeFileSync(own, JSON.stringify(more));
    const again = await plan("--from", own);
    // That the vendor still has it does not save it.
    expect(again.deleted.map(({ urn }) => urn)).toEqual([gone.urn]);
    writeFileSync(own, state);
    expect(namesOf(again.steps, "managed").toSorted()).toEqual(
      imported.map(({ urn }) => nameIn(urn)).toSorted(),
    );
    expect(namesOf(again.steps, "import")).toEqual([]);
    expect(namesOf(again.steps, "create").toSorted()).toEqual(
      created.map(({ urn }) => nameIn(urn)).toSorted(),
    );
    expect(JSON.parse(readFileSync(output, "utf8")).resources).toEqual([]);
    const after = JSON.parse((await whole([...commands["8. doctor after the import"], "--json"])).stdout);
    expect(namesOf(after.steps, "import")).toEqual([]);
    expect(after.steps.filter(({ replaces }: PlannedStep) => replaces !== undefined)).toEqual([]);
    expect(after.deleted).toEqual([]);
    // What the account's plan lacks is all that is left to do.
    expect(after.verdict).toBe(
      "✗ Refused: the plan of an account does not include what the program declares.",
    );
    const preview = await whole([...commands["preview of the settings"], "--json"]);
    expect(JSON.parse(preview.stdout).summary).toMatchObject({ mandatory: 0 });
  });
});

/** The steps in the table of times in docs/adoption.md. */
function timedSteps(): string[] {
  const [, table = ""] = readFileSync(join(root, "docs", "adoption.md"), "utf8").split("| step | seconds |");
  const rows = table.split("\n\n", 1)[0]?.split("\n").slice(2) ?? [];
  return rows.map((row) => (row.split("|")[1] ?? "").replaceAll("`", "").trim());
}

interface PlanDocument {
  readonly steps: readonly PlannedStep[];
  readonly unmanaged: readonly { readonly type: string; readonly id: string }[];
  readonly deleted: readonly { readonly urn: string }[];
}

interface PlannedStep {
  readonly urn: string;
  readonly type: string;
  readonly action: string;
  readonly loses?: string;
  readonly replaces?: string;
  readonly remade?: string;
  readonly blockedBy?: string;
}

function nameIn(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

/** Names of what an action is planned for. */
function namesOf(steps: readonly PlannedStep[], action: string): string[] {
  return steps.filter((step) => step.action === action).map(({ urn }) => nameIn(urn));
}

/** Looks at the platform before the first update: what is switched on for the zone, and whom that cuts off. */
async function expectDoctor(doctor: readonly string[]): Promise<void> {
  const authority = await createAuthority();
  const identity = await authority.certify(["acme.test", "*.acme.test"]);
  const other = createSecureContext(await authority.certify(["elsewhere.test"]));
  const own = createSecureContext(identity);
  // A host that has no certificate of its own.
  const SNICallback = (name: string, done: (error: null, context: SecureContext) => void) =>
    done(null, name === "vpn.acme.test" ? other : own);
  const server = createServer({ ...identity, SNICallback }, (socket) => socket.end());
  server.on("tlsClientError", () => undefined);
  const { port } = await listening(server);
  const authorities = join(folder, "authority.pem");
  writeFileSync(authorities, authority.cert);
  const asked = ["--target", `https://127.0.0.1:${port}`, "--authorities", authorities];
  try {
    const { status, stdout } = await run(
      [...doctor.filter((flag) => flag !== "--no-ask"), "--json", ...asked],
      estate.whole,
    );
    const told: {
      switches: { urn: string; what: string }[];
      hosts: { host: string; serves?: boolean }[];
      limits: unknown[];
      verdict: string;
      steps: { action: string; type: string }[];
    } = JSON.parse(stdout);
    expect(status).toBe(1);
    expect(told.switches.map(({ what }) => what)).toEqual(
      expect.arrayContaining(["strict TLS to every server behind the edge", "HSTS", "DNSSEC"]),
    );
    expect(told.hosts.filter(({ serves }) => serves === false).map(({ host }) => host)).toEqual([
      "vpn.acme.test",
    ]);
    expect(told.hosts.filter(({ serves }) => serves === true).length).toBeGreaterThan(30);
    expect(told.verdict).toMatch(/^✗ Refused/);
    expect(told.steps.some(({ action }) => action === "rotate")).toBe(true);
    expect(estate.server.requests.filter((request) => !request.startsWith("GET "))).toEqual([]);
  } finally {
    server.close();
  }
}
