import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accept, writtenSettings } from "../config/stack.ts";
import { previewedProduction } from "../recording/recorded.ts";
import { startTarget, type Target } from "../target/target.ts";
import { healthyRulesets } from "../vendors/fake/github.ts";
import { type FakePlatform, startPlatform } from "../vendors/fake/platform.ts";
import { ended, run, start } from "./command.ts";
import { runHere } from "./here.ts";

const settings = accept(writtenSettings("production"));
const folder = mkdtempSync(join(tmpdir(), "verify-"));
let target: Target;
let platform: FakePlatform;
beforeAll(async () => {
  target = await startTarget(settings);
  const preview = await previewedProduction();
  platform = await startPlatform(settings, { declared: preview.resources });
  writeFileSync(join(folder, "preview.json"), JSON.stringify(preview));
  writeFileSync(join(folder, "authority.pem"), target.authorities);
  writeFileSync(join(folder, "root.key"), target.anchor);
  const { metricsToken, nameServers } = target;
  writeFileSync(join(folder, "outputs.json"), JSON.stringify({ metricsToken, zoneNameServers: nameServers }));
});
afterAll(async () => {
  await Promise.all([target.stop(), platform.stop()]);
  rmSync(folder, { recursive: true });
});

function verify(args: readonly string[], env: Record<string, string> = {}, by = runHere) {
  const { https, http, dns } = target.targets;
  const addresses = [
    `https://127.0.0.1:${https.port}`,
    `http://127.0.0.1:${http.port}`,
    `dns://127.0.0.1:${dns.port}`,
  ];
  const all = addresses.flatMap((address) => ["--target", address]);
  return by(
    [
      "verify",
      ...all,
      "--ca",
      join(folder, "authority.pem"),
      "--trust-anchor",
      join(folder, "root.key"),
      "--outputs",
      join(folder, "outputs.json"),
      ...args,
    ],
    env,
  );
}

const previewed = ["--preview", join(folder, "preview.json")];

/** The target has no database to ask and no fingerprints, and nothing may be written. */
const unknown = "2.10,5.3,S6.6,3.1,3.4,3.5,3.6,3.7,3.8,4.7,6.7,S3.3,S3.4,S3.5,S5.3,H1.5,H6.4";

describe("optropic verify", () => {
  it("verifies a platform, prints one document and writes a page", async () => {
    target.become();
    platform.states.github.rulesets = healthyRulesets();
    const report = join(folder, "report.html");
    const junit = join(folder, "report.xml");
    const environment = {
      ...platform.environment,
      VERIFY_USER: target.account.email,
      VERIFY_PASSWORD: target.account.password,
      VERIFY_COMMIT: target.commit,
    };
    const reports = ["--report", report, "--report", junit];
    const args = ["--json", ...reports, "--allow-unknown", unknown, ...previewed];
    const ended = await verify(args, environment, run);
    const document: unknown = JSON.parse(ended.stdout);
    expect(document).toMatchObject({
      version: 1,
      stack: "production",
      summary: { "does-not-hold": 0, unknown: unknown.split(",").length, error: 0 },
    });
    expect(ended.status).toBe(0);
    expect(ended.stdout).toContain('"path":"Pulumi.production.yaml","line":');
    const page = readFileSync(report, "utf8");
    expect(page).toContain("strict-transport");
    const xml = readFileSync(junit, "utf8");
    expect(xml).toMatch(
      /^<\?xml .*\n<testsuites name="optropic verify production" tests="\d+" failures="0" errors="0"/,
    );
    for (const output of [ended.stdout, ended.stderr, page, xml]) expect(output).not.toContain("canary");
  });

  it("ends with 1 and says what was declared, where, and what was measured", async () => {
    target.become("hsts-short");
    const { status, stdout } = await verify(["--only", "4.2"]);
    expect(status).toBe(1);
    expect(stdout).toContain("max-age of optropic.example: expected at least 31536000 s, measured 300 s");
    expect(stdout).toMatch(/declared in Pulumi\.production\.yaml:\d+/);
  });

  it("ends with 2 where a credential is missing, and with 0 where that is allowed", async () => {
    target.become();
    expect((await verify(["--only", "S4.5"])).status).toBe(2);
    expect((await verify(["--only", "S4.5", "--allow-unknown", "S4.5"])).status).toBe(0);
  });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "ends after %s with what was measured until then",
    async (signal) => {
      const silent = createServer(() => undefined);
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      const connected = once(silent, "connection");
      const records = join(folder, signal);
      const address = silent.address();
      const port = typeof address === "object" ? address?.port : undefined;
      const dns = `dns://127.0.0.1:${target.targets.dns.port}`;
      const child = start([
        ...["verify", "--target", `https://127.0.0.1:${port}`, "--target", dns, "--only", "6.8,4.2,4.5"],
        ...["--trust-anchor", join(folder, "root.key"), "--outputs", join(folder, "outputs.json")],
        ...["--json", "--evidence", records],
      ]);
      const end = ended(child);
      await connected;
      child.kill(signal);
      const { status, stdout } = await end;
      silent.close();
      expect(status).toBe(2);
      const document = JSON.parse(stdout);
      expect(document.items).toMatchObject([
        { id: "4.2", state: "unknown" },
        { id: "4.5", state: "unknown" },
        { id: "6.8" },
      ]);
      expect(stdout).toContain(`Stopped by ${signal}`);
    },
  );

  it("refuses what the checklist does not have", async () => {
    const { status, stderr } = await verify(["--only", "9.9"]);
    expect(status).toBe(2);
    expect(stderr).toContain('no item "9.9"');
  });
});
