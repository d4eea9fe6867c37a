import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PhysicalLocation } from "sarif";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PreviewDocument } from "../../preview/index.ts";
import { longestComment } from "../../preview/report/markdown.ts";
import { pack, program } from "../preview/harness.ts";
import { readSarif } from "../preview/report/sarif-schema.ts";
import { readXml } from "../preview/report/xml.ts";
import { previewedProduction } from "../recording/recorded.ts";
import { type Ended, run as runProcess } from "./command.ts";
import { runHere as run } from "./here.ts";

const root = join(import.meta.dirname, "..", "..");
const formats = ["preview.md", "preview.sarif", "preview.json", "preview.xml", "preview.txt"];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "formats-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Written extends Ended {
  files: Record<string, string>;
}

/** Runs a preview that writes all formats at once. */
function runAll(...args: string[]): Promise<Written> {
  return runAllBy(run, args);
}

async function runAllBy(command: typeof run, args: readonly string[]): Promise<Written> {
  const outputs = formats.flatMap((name) => ["--output", join(folder, name)]);
  const ended = await command(["preview", ...args, ...outputs]);
  const files = formats.map((name): [string, string] => [name, readFileSync(join(folder, name), "utf8")]);
  return { ...ended, files: Object.fromEntries(files) };
}

/** The line of a text in a file of the project, counted from 1. */
function lineOf(file: string, text: string): number {
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  return lines.findIndex((line) => line.includes(text)) + 1;
}

describe("the production stack with an old TLS version", () => {
  const settingLine = lineOf("Pulumi.production.yaml", "minTlsVersion:");
  let ended: Written;

  beforeAll(async () => {
    const base = join(folder, "base.json");
    writeFileSync(base, JSON.stringify(await previewedProduction()));
    ended = await runAllBy(runProcess, ["--config", "edge.minTlsVersion=1.0", "--diff", base]);
  });

  it("is refused, with what is wrong and a verdict on standard output and nothing but the files beside it", () => {
    expect({ status: ended.status, stderr: ended.stderr }).toEqual({ status: 1, stderr: "" });
    expect(ended.stdout).toMatch(/^Previewing optropic \(production\)\n/);
    expect(ended.stdout).toContain('     value: "1.2" → "1.0"\n');
    const lines = ended.stdout.split("\n");
    expect(lines.at(-2)).toMatch(/^✗ Refused: 1 mandatory policy violated \(\d+\.\d s\)$/);
    expect(lines.at(-3)).toMatch(/^\d+ of 175 items enforced; \d+ of them still need a measurement/);
    expect(lines.at(-4)).toBe("! Given with --config: edge.minTlsVersion.");
    expect(lines.at(-6)).toBe(
      `    Fix:      Set edge.minTlsVersion to 1.2 in Pulumi.production.yaml:${settingLine}, or in the --config that overrides it.`,
    );
    expect(ended.stdout).toMatch(/^ {2}Checklist: \d+ of 175 items enforced: /m);
    expect(readdirSync(folder).sort()).toEqual(["base.json", ...formats].sort());
    expect(ended.files["preview.txt"]).toBe(ended.stdout);
  });

  it("names the item to a person and in a document, and says how to fix it", () => {
    expect(ended.stdout).toMatch(/✗ .*4\.1/);
    expect(ended.stdout).toMatch(/1\.0/);
    const { policies }: PreviewDocument = JSON.parse(ended.files["preview.json"] ?? "");
    const refused = policies.filter(
      ({ status, enforcement }) => status === "violated" && enforcement === "mandatory",
    );
    expect(refused.flatMap(({ items }) => items)).toContain("4.1");
  });

  it("is a comment that says what is refused, where, how to fix it and what changed", () => {
    const comment = ended.files["preview.md"] ?? "";
    expect(comment.split("\n")[0]).toBe("<!-- optropic-preview:optropic/production -->");
    expect(comment).toContain("### ❌ Refused: preview of `optropic`, stack `production`\n");
    expect(comment).toMatch(
      / {2}- `cloudflare:index:ZoneSetting` `edge-min-tls-version` at `components\/edge\/[\w-]+\.ts:\d+`: .*1\.0\. Setting: .*\n {2}- Fix: Set /,
    );
    expect(comment).toContain(`Pulumi.production.yaml:${settingLine}`);
    expect(comment).toContain("- resources: 0 to add, 0 to remove, 1 to change\n- verdicts: 1 changed\n");
    expect(comment).toContain('  - `value`: `"1.2"` → `"1.0"`\n');
  });

  it("is a result of SARIF at the line of the setting, and beside it where the resource is declared", () => {
    const run = readSarif(ended.files["preview.sarif"] ?? "");
    const [result, ...others] = run.results?.filter(({ level }) => level === "error") ?? [];
    expect(others).toEqual([]);
    expect(result?.ruleId).toBe("optropic-checklist/tls-minimum-version");
    const text = (place: PhysicalLocation | undefined): string | undefined => {
      const file = readFileSync(join(root, place?.artifactLocation?.uri ?? ""), "utf8");
      const line = file.split("\n")[(place?.region?.startLine ?? 0) - 1];
      return line?.slice((place?.region?.startColumn ?? 0) - 1);
    };
    expect(text(result?.locations?.[0]?.physicalLocation)).toMatch(/^minTlsVersion: /);
    expect(text(result?.relatedLocations?.[0]?.physicalLocation)).toMatch(/^new ZoneSetting\(/);
    expect(run.tool.driver.rules?.find(({ id }) => id === result?.ruleId)?.properties?.tags).toEqual(["4.1"]);
    expect(run.invocations?.[0]).toMatchObject({ executionSuccessful: true, exitCode: 1 });
  });

  it("is one failure of JUnit", () => {
    const { attributes, children } = readXml(ended.files["preview.xml"] ?? "");
    expect(attributes).toMatchObject({ failures: "1", errors: "0" });
    const failed = children[0]?.children.filter(({ children: [child] }) => child?.name === "failure") ?? [];
    expect(failed.map(({ attributes: { name } }) => name)).toEqual(["tls-minimum-version"]);
  });

  it("is one document of JSON with what changed", () => {
    const document = JSON.parse(ended.files["preview.json"] ?? "");
    expect(document.summary).toMatchObject({ mandatory: 1 });
    expect(document.diff).toMatchObject({
      ...{ added: [], removed: [] },
      changed: [
        { name: "edge-min-tls-version", properties: [{ path: "value", before: "1.2", after: "1.0" }] },
      ],
      policies: [{ name: "tls-minimum-version", after: { status: "violated", enforcement: "mandatory" } }],
    });
    expect(document.diff.secrets).toBeGreaterThan(0);
  });
});

describe("the production stack with many settings broken at once", () => {
  it("has a comment within the limit that names every refused policy and how to fix it", async () => {
    const broken = [
      ...["edge.minTlsVersion=1.0", "edge.alwaysHttps=false", "edge.hsts.maxAgeSeconds=0"],
      ...[
        'edge.corsOrigins=["*"]',
        'edge.csp={"default-src":["*"]}',
        "edge.rateLimits.login.requests=1000000",
      ],
      ...["database.pitrDays=0", "database.sslMode=disable", "database.enforceSsl=false"],
      ...["database.pool.enabled=false", "api.scaling.enabled=false", "api.autoDeploy=off"],
      ...["objectives.p95Ms=60000", "secrets.length=16", 'waivers=[{"policy":"<b>@octocat</b>"}]'],
    ];
    const { status, files } = await runAll(...broken.flatMap((setting) => ["--config", setting]));
    expect(status).toBe(1);
    const { policies } = JSON.parse(files["preview.json"] ?? "");
    const refused: { name: string }[] = policies.filter(
      (policy: { status: string; enforcement: string }) =>
        policy.status === "violated" && policy.enforcement === "mandatory",
    );
    expect(refused.length).toBeGreaterThan(12);
    const comment = files["preview.md"] ?? "";
    expect(comment.length).toBeLessThan(longestComment);
    const section = comment.slice(comment.indexOf("#### Refused"), comment.indexOf("<details>"));
    expect([...section.matchAll(/^- \*\*`([\w-]+)`\*\*/gm)].map(([, name]) => name)).toEqual(
      refused.map(({ name }) => name),
    );
    // Violations of one policy that come from several settings have a fix each.
    const entries = section.split(/^- \*\*/m).slice(1);
    expect(entries).toHaveLength(refused.length);
    for (const entry of entries) expect(entry).toMatch(/^ {2}- Fix: \w/m);
    readSarif(files["preview.sarif"] ?? "");
    readXml(files["preview.xml"] ?? "");
  });
});

describe("settings that are refused", () => {
  it("are an error in every format, which names --config where that gives them", async () => {
    const { status, stdout, stderr, files } = await runAll(
      ...["--config", "edge.minTlsVersion=7", "--config", "database.pitrDays=8"],
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^error: Settings of stack 'production' are refused:\n/);
    expect(stderr).toMatch(/optropic:database\.pitrDays: .* \(given with --config\)\n/);
    // The stack's file is right: nothing of it is marked.
    const { results, invocations } = readSarif(files["preview.sarif"] ?? "");
    expect(results).toEqual([]);
    expect(invocations?.[0]).toMatchObject({ executionSuccessful: false, exitCode: 2 });
    expect(files["preview.md"]).toMatch(
      /^<!-- optropic-preview:optropic\/production -->\n\n### ⚠️ Could not tell: .*\n[\s\S]*```text\nSettings of stack/,
    );
    expect(JSON.parse(files["preview.json"] ?? "").error.problems).toEqual(
      ["database.pitrDays", "edge.minTlsVersion"].map((setting) => ({
        message: expect.stringMatching(`^optropic:${setting}: .* \\(given with --config\\)$`),
      })),
    );
    expect(readXml(files["preview.xml"] ?? "").attributes).toMatchObject({ tests: "1", errors: "1" });
    expect(files["preview.txt"]).toBe(stderr);
  });
});

describe("one format alone", () => {
  // Of a state, so that no program has to run.
  const state = join(root, "test", "fixtures", "states", "encrypted.json");
  const judged = ["preview", "--cwd", program("small"), "--stack", "dev", "--state", state];
  const small = [...judged, "--policy-pack", pack("configured")];

  it.each([
    ["markdown", /^<!-- optropic-preview:small\/dev -->\n[\s\S]*\*\*`as-it-is`\*\*/],
    ["sarif", /^\{"\$schema":.*"ruleId":"configured\/as-it-is".*\}\n$/],
    ["junit", /^<\?xml [\s\S]*<failure [\s\S]*<\/testsuites>\n$/],
    ["json", /^\{"project":"small".*\}\n$/],
    ["pretty", /^Previewing small \(dev\)\n/],
  ])("is printed: %s", async (format, expected) => {
    const { status, stdout, stderr } = await run([...small, "--format", format]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toMatch(expected);
  });

  it("is valid where the preview could not tell", async () => {
    const missing = ["preview", "--cwd", program("nowhere"), "--stack", "dev", "--format"];
    const [sarif, junit, markdown] = await Promise.all(
      ["sarif", "junit", "markdown"].map((format) => run([...missing, format])),
    );
    expect(readSarif(sarif?.stdout ?? "").invocations?.[0]?.exitCode).toBe(2);
    expect(readXml(junit?.stdout ?? "").attributes.errors).toBe("1");
    expect(markdown?.stdout).toMatch(/^<!-- optropic-preview:nowhere\/dev -->\n/);
    expect([sarif, junit, markdown].map((ended) => ended?.status)).toEqual([2, 2, 2]);
  });
});

describe("files that cannot be read or written", () => {
  it.each([
    [["--output", "/nowhere/at/all.md"], /^error: Cannot write --output .*: .* does not exist; create it$/m],
    [["--output", tmpdir(), "--format", "json"], /^error: Cannot write --output .*: it is a folder/],
    [
      ["--diff", "/nowhere.json"],
      /^error: Cannot read the saved preview \/nowhere\.json: there is no such file/,
    ],
    [["--format", "html"], /argument 'html' is invalid/],
    [["--json", "--format", "sarif"], /--json means --format json/],
  ])("are an error: %s", async (args, message) => {
    const { status, stderr } = await run(["preview", "--cwd", program("small"), "--stack", "dev", ...args]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

describe("a secret", () => {
  const canaries = ["canary", "4711081542", "with / and + and ="];
  const secrets = ["--cwd", program("secrets"), "--stack", "dev", "--policy-pack", pack("echo")];
  const given = ["--config", "token=canary-of-a-token", "--config", "database.password=canary-of-a-password"];

  it("is in no format, not even where the saved preview said it in plain", async () => {
    const saved = await run(["preview", ...secrets, ...given, "--json"]);
    const base = join(folder, "base-of-secrets.json");
    const document = JSON.parse(saved.stdout);
    for (const resource of document.resources) {
      if (resource.name !== "pet") continue;
      resource.inputs = { ...resource.inputs, prefix: "canary-of-old", separator: "canary-of-an-input" };
    }
    writeFileSync(base, JSON.stringify(document));
    const { status, stdout, stderr, files } = await runAll(...secrets, ...given, "--diff", base);
    expect(status).toBe(0);
    const { changed } = JSON.parse(files["preview.json"] ?? "").diff;
    expect(changed[0].properties).toEqual([
      { path: "prefix", change: "changed", before: "[secret]", after: "[secret]" },
      { path: "separator", change: "removed", before: "[secret]" },
    ]);
    for (const text of [stdout, stderr, ...Object.values(files)]) {
      for (const canary of canaries) expect(text).not.toContain(canary);
    }
  });

  it("is in no format of a preview that could not tell", async () => {
    const { status, stdout, stderr, files } = await runAll(...secrets, ...given, "--config", "fails=true");
    expect(status).toBe(2);
    expect(files["preview.md"]).toContain("thrown [secret]");
    for (const text of [stdout, stderr, ...Object.values(files)]) {
      for (const canary of canaries) expect(text).not.toContain(canary);
    }
  });
});
