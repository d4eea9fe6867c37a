import { execFile } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";
import type { ImportFile } from "../adopt/import-file.ts";
import { importedBy } from "../test/adopt/import.ts";
import { startEstate } from "../test/vendors/fake/estate.ts";
import { usageOf } from "./usage.ts";

/**
 * Measures each step of docs/adoption.md on the platform of the tests, whose vendors answer on this machine:
 * `node bench/adoption.ts`. Each command is a process of its own. What Pulumi itself does is not among them.
 */
const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "adoption-"));
const estate = await startEstate();

async function step(name: string, args: readonly string[]): Promise<void> {
  const startedAt = performance.now();
  const env = { ...process.env, ...estate.whole };
  const { processorMs, result } = await usageOf(
    () =>
      new Promise<{ status: number; stderr: string }>((resolve) => {
        const command = [join(root, "cli", "optropic.js"), ...args];
        execFile(process.execPath, command, { env, maxBuffer: 1e8 }, (error, _, stderr) =>
          resolve({ status: typeof error?.code === "number" ? error.code : 0, stderr }),
        );
      }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`| ${name} | ${seconds.toFixed(1)} | ${(processorMs / 1000).toFixed(1)} | ${result.status} |`);
  if (/^error:/m.test(result.stderr)) throw new Error(result.stderr);
}

try {
  const recipients = await Promise.all([1, 2].map(async () => identityToRecipient(await generateIdentity())));
  const answers = {
    ...{ recipients: recipients.join(","), sentry: "acme", "sentry-pagerduty": "1", "grafana-stack": "2" },
    ...{ pagerduty: "acme", primary: "first@acme.test", secondary: "second@acme.test" },
    ...{ logs: "https://logs.acme.test/raw", syslog: "logs.acme.test:6514" },
  };
  const flags = Object.entries(answers).flatMap(([flag, value]) => [`--${flag}`, value]);
  const unused = ["--without", "sentry", "--without", "pagerduty"];
  const program = ["--stack", "live", "--cwd", folder];
  const [file, own] = [join(folder, "import.json"), join(folder, "own.json")];
  console.log("| step | seconds | processor seconds | exit status |\n| --- | --- | --- | --- |");
  await step("1. judge", ["judge", ...unused]);
  await step("2. init --judge-only", ["init", "--judge-only", "--folder", folder]);
  await step("4. init", ["init", "--yes", "--force", "--folder", folder, ...flags]);
  const pack = ["--policy-pack-config", join(folder, "checklist-pack.json")];
  await step("judge with the pack of init", ["judge", ...unused, ...pack]);
  cpSync(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  appendFileSync(join(folder, "Pulumi.yaml"), `\nmain: ${relative(realpathSync(folder), root)}\n`);
  await step("5. doctor", ["doctor", ...program, "--no-ask"]);
  const questions = ["--questions", join(folder, "answers.json")];
  await step("6. import --plan", ["import", "--plan", ...program, "--output", file, ...questions]);
  const imported: ImportFile = JSON.parse(readFileSync(file, "utf8"));
  const resources = importedBy(imported, { stack: "live", project: "optropic" });
  writeFileSync(own, JSON.stringify({ version: 3, deployment: { resources } }));
  await step("8. doctor after the import", ["doctor", ...program, "--no-ask", "--from", own]);
  const policies = ["--policy-pack", join(root, "policies")];
  await step("preview of the settings", ["preview", ...program, ...policies, ...pack]);
} finally {
  rmSync(folder, { recursive: true });
  await estate.stop();
}
