import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fingerprintOf } from "../../config/fingerprint.ts";
import { generatedSecretNames } from "../../config/generated-secrets.ts";
import { reasonOf } from "../../lib/failure.ts";
import { readStackSettings } from "../../project/settings.ts";
import { readDeclared } from "../../verify/declared.ts";
import { healthyRulesets } from "../vendors/fake/github.ts";
import { type FakePlatform, startPlatform } from "../vendors/fake/platform.ts";
import { startTargetDatabase, type TargetDatabase } from "./database.ts";
import { startTarget } from "./target.ts";

// `npm run demo`: a platform on loopback, previewed, verified and decided on as production is, without an account.
const root = join(import.meta.dirname, "..", "..");
const stack = "production";
/** What stays unknown on a machine without PostgreSQL. */
const itemsOfTheDatabase = "3.1,3.4,3.5,3.6,3.7,3.8,4.7,6.7,S3.3,S3.4,S3.5,S5.3,H1.5,H6.4";
/** What only probes that write can tell. */
const itemsOfWrites = "5.3,S6.6";
const folder = mkdtempSync(join(tmpdir(), "optropic-demo-"));
const settings = readStackSettings(root, stack);
const target = await startTarget(settings);
let database: TargetDatabase | undefined;
let vendors: FakePlatform | undefined;
try {
  const evidence = join(folder, "records");
  const report = join(folder, "report.html");
  const authorities = join(folder, "authority.pem");
  writeFileSync(authorities, target.authorities);
  const anchor = join(folder, "root.key");
  writeFileSync(anchor, target.anchor);
  const outputs = join(folder, "outputs.json");
  writeFileSync(
    outputs,
    JSON.stringify({ zoneNameServers: target.nameServers, secretFingerprints: fingerprints(stack) }),
  );
  const others = join(folder, "staging-outputs.json");
  writeFileSync(others, JSON.stringify({ secretFingerprints: fingerprints("staging") }));
  const { https, http, dns } = target.targets;
  const preview = join(folder, "preview.json");
  const previewed = await optropic([
    "preview",
    "--stack",
    stack,
    "--evidence",
    evidence,
    "--output",
    preview,
  ]);
  await optropic(["preview", "--cwd", "delivery", "--stack", stack, "--evidence", evidence]);
  const declared = readDeclared(preview);
  vendors = await startPlatform(settings, { declared });
  vendors.states.github.rulesets = healthyRulesets();
  database = await startTargetDatabase(target.authority, declared).catch((error: unknown) => {
    console.log(`Without a database to probe: ${reasonOf(error)}`);
    return undefined;
  });
  const withoutDatabase = database === undefined ? [itemsOfTheDatabase] : [];
  const verified = await optropic(
    [
      ...["verify", "--stack", stack, "--ca", authorities, "--evidence", evidence],
      ...["--preview", preview, "--allow-unknown", [itemsOfWrites, ...withoutDatabase].join()],
      ...["--target", `https://${https.host}:${https.port}`, "--target", `http://${http.host}:${http.port}`],
      ...["--target", `dns://${dns.host}:${dns.port}`, "--trust-anchor", anchor, "--outputs", outputs],
      ...["--outputs-of", `staging=${others}`],
      ...(database === undefined ? [] : ["--migrations", database.migrations]),
    ],
    {
      ...vendors.environment,
      METRICS_TOKEN: target.metricsToken,
      VERIFY_USER: target.account.email,
      VERIFY_PASSWORD: target.account.password,
      VERIFY_COMMIT: target.commit,
      ...(database !== undefined && {
        VERIFY_DATABASE_URL: database.url,
        VERIFY_POOLER_URL: database.poolerUrl,
      }),
    },
  );
  await optropic(["evidence", "gates", "--stack", stack, "--evidence", evidence]);
  const status = ["--stack", stack, "--evidence", evidence];
  await optropic(["status", ...status]);
  await optropic(["report", ...status, "--output", report]);
  console.log(
    `\nIt is no-go, since nobody signed, nothing was drilled, and the steps of a release have no evidence.\nOpen ${report} for all items.`,
  );
  process.exitCode = Math.max(previewed, verified);
} finally {
  await Promise.all([target.stop(), database?.stop(), vendors?.stop()]);
}

/** Of the secrets that a stack would have, as its outputs show them. */
function fingerprints(of: string): Record<string, string> {
  return Object.fromEntries(generatedSecretNames.map((name) => [name, fingerprintOf(`${name} of ${of}`)]));
}

/** Runs the command as a person does. */
async function optropic(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  console.log(`\n$ optropic ${args.join(" ")}\n`);
  const child = spawn(process.execPath, [join(root, "cli", "optropic.js"), ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  const [status] = await once(child, "exit");
  return typeof status === "number" ? status : 2;
}
