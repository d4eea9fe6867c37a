import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackSettings } from "../../project/settings.ts";
import { startTarget } from "./target.ts";

// `npm run demo`: a platform on loopback, previewed and verified as production is, without an account.
const root = join(import.meta.dirname, "..", "..");
const stack = "production";
const folder = mkdtempSync(join(tmpdir(), "optropic-demo-"));
const target = await startTarget(readStackSettings(root, stack));
try {
  const report = join(folder, "verification.html");
  const authorities = join(folder, "authority.pem");
  writeFileSync(authorities, target.authorities);
  const { https, http } = target.targets;
  const previewed = await optropic(["preview", "--stack", stack]);
  const verified = await optropic(
    [
      ...["verify", "--stack", stack, "--ca", authorities, "--report", report],
      ...["--target", `https://${https.host}:${https.port}`, "--target", `http://${http.host}:${http.port}`],
    ],
    {
      METRICS_TOKEN: target.metricsToken,
      VERIFY_USER: target.account.email,
      VERIFY_PASSWORD: target.account.password,
      VERIFY_COMMIT: target.commit,
    },
  );
  console.log(`\nOpen ${report} for every check.`);
  process.exitCode = Math.max(previewed, verified);
} finally {
  await target.stop();
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
