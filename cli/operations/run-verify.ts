import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ItemId } from "../../checklist/items.ts";
import type { Settings } from "../../config/settings.ts";
import { runCommand, type Work } from "../../lib/command.ts";
import { readText } from "../../lib/files.ts";
import { jsonLine } from "../../lib/json.ts";
import packageJson from "../../package.json" with { type: "json" };
import { Places } from "../../project/places.ts";
import { readProject } from "../../project/project.ts";
import { readStackSettings } from "../../project/settings.ts";
import { Sources } from "../../project/sources.ts";
import { readAuthorities } from "../../verify/authorities.ts";
import { Credentials } from "../../verify/credentials.ts";
import { type MigrationFiles, readMigrationFiles } from "../../verify/database/migration-files.ts";
import { statusOf, type Verification } from "../../verify/document.ts";
import { defaultLimits } from "../../verify/limits.ts";
import { parseAnchors, type TrustAnchor } from "../../verify/network/dns/anchor.ts";
import { Resolver } from "../../verify/network/dns/resolver.ts";
import { HttpClient } from "../../verify/network/http.ts";
import { readTargets } from "../../verify/network/targets.ts";
import { askForOutputs, type Outputs, readOutputs } from "../../verify/outputs.ts";
import { registry } from "../../verify/registry.ts";
import { verificationText } from "../../verify/report/text.ts";
import { verify } from "../../verify/runner.ts";
import { checkWritable, writeOutput } from "../output.ts";
import { declaredBeside, declaredBy, forProbes } from "./declared.ts";
import { abortOnSignals } from "./operation.ts";
import { otherOutputsBy, stagingOf } from "./other-stacks.ts";

export interface VerifyFlags {
  stack: string;
  cwd: string;
  outputs?: string;
  /** `STACK=FILE` each. */
  outputsOf?: string[];
  target: string[];
  ca?: string;
  trustAnchor?: string;
  migrations?: string;
  only?: ItemId[];
  allowUnknown: ItemId[];
  allowWrites: boolean;
  preview?: string;
  report: string[];
  evidence?: string | true;
  json: boolean;
  debug: boolean;
}

/** Measures what runs against the settings and outputs of a stack. */
export async function runVerify(flags: VerifyFlags): Promise<void> {
  const stop = new AbortController();
  const status = await runCommand(flags, async (work) => {
    const removeHandlers = abortOnSignals(stop);
    try {
      for (const path of flags.report) checkWritable(path, "--report");
      const verification = await measure(flags, { ...work, signal: stop.signal, environment: process.env });
      for (const path of flags.report) writeOutput(path, await reportFor(path, verification), "--report");
      const output = flags.json ? jsonLine(verification) : `${verificationText(verification)}\n`;
      return { status: statusOf(verification), output };
    } finally {
      removeHandlers();
    }
  });
  // What a probe left behind, such as a connection that is still being made, must not hold up whoever stopped it.
  if (stop.signal.aborted) process.stdout.write("", () => process.exit(status));
}

/** Measures, and records what was measured where the flags ask for it. */
export async function measure(
  flags: Omit<VerifyFlags, "report" | "json" | "debug">,
  { progress, warn, signal, environment }: Work & { signal: AbortSignal; environment: NodeJS.ProcessEnv },
): Promise<Verification> {
  const settings = readStackSettings(flags.cwd, flags.stack);
  const targets = readTargets(flags.target);
  const authorities = flags.ca === undefined ? undefined : readAuthorities("--ca", flags.ca);
  const outputs = await outputsOf(flags, signal, warn);
  const credentials = new Credentials(environment, outputs);
  const limits = defaultLimits;
  const http = new HttpClient({ targets, limits, authorities });
  const { resolvers } = settings.verify;
  const anchors = flags.trustAnchor === undefined ? undefined : readAnchors(flags.trustAnchor);
  const resolver = new Resolver({ targets, limits, resolvers, anchors });
  const declared = forProbes(declaredBy({ ...flags, signal }), signal);
  const { allowWrites } = flags;
  const migrations = migrationsOf(flags, settings);
  if (allowWrites) warn("--allow-writes: probes may write to the platform, and clean up after themselves");
  try {
    const verification = await verify(
      registry,
      {
        settings,
        outputs,
        credentials,
        targets,
        limits,
        http,
        resolver,
        authorities,
        allowWrites,
        migrations,
        declared,
        declaredDelivery: declaredBeside({ cwd: flags.cwd, signal }),
        staging: stagingOf(flags.cwd, settings),
        otherOutputs: otherOutputsBy(flags, { environment, signal }),
      },
      {
        tool: { name: packageJson.name, version: packageJson.version },
        stack: flags.stack,
        only: flags.only,
        allowUnknown: flags.allowUnknown,
        placeOf: placesOf(flags),
        progress,
        signal,
      },
    );
    if (flags.evidence !== undefined) {
      const { recordVerification } = await import("../evidence/verify.ts");
      // What was not measured any more leaves the older evidence as it is.
      const probes = verification.probes.filter(({ reason }) => reason !== "interrupted");
      if (probes.length > 0) {
        await recordVerification(flags.evidence, flags.cwd, { ...verification, probes });
      }
    }
    return verification;
  } finally {
    http.close();
  }
}

/** The migrations of the repository; undefined where nobody named their folder and the usual one is not there. */
function migrationsOf(
  { cwd, migrations }: Pick<VerifyFlags, "cwd" | "migrations">,
  { rollout }: Settings,
): MigrationFiles | undefined {
  if (migrations !== undefined) return readMigrationFiles(migrations);
  const usual = join(cwd, rollout.rollback.migrations);
  return existsSync(usual) ? readMigrationFiles(usual) : undefined;
}

async function outputsOf(
  flags: Pick<VerifyFlags, "cwd" | "stack" | "outputs" | "target">,
  signal: AbortSignal,
  warn: (message: string) => void,
): Promise<Outputs> {
  if (flags.outputs !== undefined) return readOutputs(flags.outputs);
  // With an address of its own, what is verified is not what the stack's outputs describe.
  if (flags.target.length > 0) return {};
  const { cwd, stack } = flags;
  const asked = await askForOutputs({ cwd, stack, env: process.env }, signal);
  if ("outputs" in asked) return asked.outputs;
  warn(`The outputs of stack ${stack} are unknown (${asked.missing}); pass them with --outputs`);
  return {};
}

/** Where each setting is written in the stack's file. */
function placesOf({ cwd, stack }: Pick<VerifyFlags, "cwd" | "stack">): Places["ofStack"] {
  const project = readProject({ cwd, stack });
  const places = new Places(project, new Sources(project.root));
  return (setting) => places.ofStack(setting);
}

function readAnchors(path: string): TrustAnchor[] {
  return parseAnchors(readText(`--trust-anchor ${path}`, path, { maximumBytes: 1024 * 1024 }));
}

async function reportFor(path: string, verification: Verification): Promise<string> {
  if (!/\.xml$/i.test(path)) {
    const { verificationPage } = await import("../../verify/report/page.ts");
    return verificationPage(verification);
  }
  const { verificationJunit } = await import("../../verify/report/junit.ts");
  return verificationJunit(verification);
}
