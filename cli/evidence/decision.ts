import { resolve } from "node:path";
import { decide } from "../../evidence/decide.ts";
import { type ReportDocument, reportDocument } from "../../evidence/report/document.ts";
import { recordsUntil, verifyEvidence } from "../../evidence/verify.ts";
import { type ExitStatus, exitStatus } from "../../lib/exit.ts";
import { Failure } from "../../lib/failure.ts";
import { isCalledProduction } from "../../lib/stage.ts";
import packageJson from "../../package.json" with { type: "json" };
import { projectNameOf } from "../../project/project.ts";
import { readStackSettings } from "../../project/settings.ts";
import { linksOf } from "../links.ts";
import { originOf, readCheckpoints } from "./checkpoints.ts";
import { registeredControls } from "./controls.ts";
import { authorsOf, git } from "./git.ts";
import type { DecisionFlags } from "./options.ts";
import { openEvidence } from "./place.ts";
import { projectsIn } from "./projects.ts";
import { settingsOf, trustedKeys } from "./record.ts";
import { acceptedWaivers } from "./waivers.ts";

/**
 * Reads the evidence of a stack and decides.
 *
 * @throws {Failure} `refused`, for settings, keys or a checkpoint that cannot be read
 */
export async function decided(flags: DecisionFlags): Promise<ReportDocument> {
  const { stack, phase } = flags;
  const cwd = resolve(flags.cwd);
  const settings = readStackSettings(cwd, stack);
  const { contacts, evidence } = settings;
  const trusted = trustedKeys(evidence.publicKeys);
  const at = flags.at ?? new Date();
  const checkpoints = await readCheckpoints(flags.checkpoint, { cwd, stack, trusted });
  for (const { name, signed } of checkpoints) {
    if (signed === "untrusted" || (signed === "unsigned" && trusted.length > 0)) {
      throw new Failure("refused", `${name} is not signed by a key in evidence.publicKeys`);
    }
  }
  const store = await openEvidence(cwd, flags.evidence, stack);
  const kept = await store.readAll(
    trusted,
    checkpoints.flatMap(({ checkpoint, signed }) => (signed === "signed" ? [checkpoint] : [])),
  );
  // What was written later was not known then: with `--at` the report of that moment comes out again.
  const known = flags.at === undefined ? kept : { ...kept, records: recordsUntil(kept.records, at) };
  const named = flags.commit ?? (await git(cwd, ["rev-parse", "--verify", "HEAD"]));
  const commit = named !== undefined && /^[0-9a-f]{40,64}$/.test(named) ? named : undefined;
  const { loadTest, ...hours } = evidence.validHours;
  const waivers = acceptedWaivers(cwd, stack, settings, at);
  const digests = await settingsOf(cwd, stack, commit);
  const decision = decide({
    project: projectNameOf(cwd),
    stack,
    at,
    commit,
    authors: evidence.fourEyes ? await authorsOf(cwd, commit) : [],
    records: known.records,
    controls: registeredControls(),
    validHours: {
      ...hours,
      "load-test": loadTest,
      migration: hours.release,
      rollback: hours.release,
      attestation: (evidence.attestationDays + 1) * 24,
    },
    settings: digests,
    signedOnly: trusted.length > 0,
    stage: settings.stage === "staging" && !isCalledProduction(stack) ? "staging" : "production",
    waivers: waivers.accepted,
    phase,
  });
  return reportDocument({
    tool: { name: packageJson.name, version: packageJson.version },
    release: settings.release,
    repository: settings.project.repository,
    settings: digests,
    waiverProblems: waivers.problems,
    decision,
    records: known.records,
    verification: verifyEvidence(
      known,
      checkpoints.map(({ checkpoint }) => checkpoint),
      at,
      {
        ...{ all: kept.records, projects: projectsIn(cwd) },
        origin: originOf(cwd, stack),
      },
    ),
    contacts,
    links: linksOf(settings),
  });
}

/** 0 go; 1 where something does not hold; 2 where nothing is known to be wrong and something is not known. */
export function statusOfDecision({ decision, items }: ReportDocument): ExitStatus {
  if (decision === "go") return exitStatus.holds;
  return items.some(({ blocks, verdict }) => blocks && verdict === "does-not-hold")
    ? exitStatus.doesNotHold
    : exitStatus.couldNotTell;
}
