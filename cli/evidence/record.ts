import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { sha256 } from "../../evidence/digest.ts";
import { readSigningKey, readVerifyingKey, type SigningKey, type VerifyingKey } from "../../evidence/keys.ts";
import type { EvidenceRecord } from "../../evidence/record.ts";
import type { Drift, Result, Run, RunKind } from "../../evidence/statement.ts";
import { Failure } from "../../lib/failure.ts";
import packageJson from "../../package.json" with { type: "json" };
import { findCredential } from "../../policies/model/secret-formats.ts";
import { projectNameOf } from "../../project/project.ts";
import { repositoryRoot } from "../../project/sources.ts";
import { cleanCommit, fileAt } from "./git.ts";
import { defaultFolder } from "./options.ts";
import { isBucket, openEvidence } from "./place.ts";
import { projectFoldersIn } from "./projects.ts";

/** What a command found, before it becomes a record. */
export interface Finding {
  kind: RunKind;
  /** Folder of the project. */
  cwd: string;
  project: string;
  stack: string;
  startedAt: Date;
  results: Result[];
  /** The commit that was judged; by default that of `cwd`, where nothing in it was changed since. */
  commit?: string | undefined;
  drill?: Run["drill"];
  drift?: Run["drift"];
  migration?: Run["migration"];
}

/**
 * Writes what was found as a record, signed where `EVIDENCE_SIGNING_KEY` is set.
 *
 * @throws {Failure} `refused` for a key that cannot be read, `output` when the record cannot be written
 */
export async function recordRun(folder: string, finding: Finding): Promise<EvidenceRecord> {
  const { kind, cwd, project, stack, startedAt, results, drill, drift, migration } = finding;
  const commit =
    finding.commit ?? (await cleanCommit(cwd, isBucket(folder) ? join(cwd, defaultFolder) : folder));
  const settings = settingsDigest(cwd, stack);
  const finishedAt = new Date();
  // A clock that was set back meanwhile must not lose the run.
  const begun = startedAt > finishedAt ? finishedAt : startedAt;
  const run = {
    kind,
    project,
    stack,
    ...(commit !== undefined && { commit }),
    ...(settings !== undefined && { settings }),
    tool: { name: packageJson.name, version: packageJson.version },
    startedAt: begun.toISOString(),
    finishedAt: finishedAt.toISOString(),
    results: results.map(withoutSecrets),
    ...(drill !== undefined && { drill }),
    ...(drift !== undefined && { drift: driftWithoutSecrets(drift) }),
    ...(migration !== undefined && { migration }),
  };
  const store = await openEvidence(cwd, folder, stack);
  const key = signingKey(process.env);
  try {
    return await store.add(run, key);
  } catch (error) {
    // What was measured is right; that it is not on record is no failure of what was measured.
    if (!(error instanceof Failure) || error.kind !== "failed") throw error;
    throw new Failure("output", error.message, { cause: error });
  }
}

/** A result whose texts have no credential in them: evidence is published, and what was measured may repeat one. */
function withoutSecrets(result: Result): Result {
  const { summary, details, measured, expected } = result;
  return {
    ...result,
    summary: withoutSecret(summary),
    ...(details !== undefined && { details: details.map(withoutSecret) }),
    ...(typeof measured === "string" && { measured: withoutSecret(measured) }),
    ...(typeof expected === "string" && { expected: withoutSecret(expected) }),
  };
}

function driftWithoutSecrets({ compared, rows }: Drift): Drift {
  return {
    compared,
    rows: rows.map(({ declared, atVendor, served, ...row }) => ({
      ...row,
      declared: withoutSecret(declared),
      atVendor: withoutSecret(atVendor),
      ...(served !== undefined && { served: withoutSecret(served) }),
    })),
  };
}

/** What people are told, without the credentials in it: word by word, so that the rest of it stays. */
export function toldWithoutSecret(text: string): string {
  if (findCredential(text) === undefined) return text;
  return withoutSecret(text.replaceAll(/\S+/g, withoutSecret));
}

function withoutSecret(text: string): string {
  const found = findCredential(text);
  if (found === undefined) return text;
  return text.includes(found.secret) && found.secret !== text
    ? withoutSecret(text.replaceAll(found.secret, "***"))
    : `(${found.kind} was taken out of this text)`;
}

/** The folder of an `--evidence` flag that may name none: then the repository's own. */
export function recordsFolder(cwd: string, named: string | true): string {
  return named === true
    ? resolve(repositoryRoot(cwd), defaultFolder)
    : isBucket(named)
      ? named
      : resolve(named);
}

/** @throws {Failure} `refused`, for a key that cannot be read */
export function signingKey(environment: NodeJS.ProcessEnv): SigningKey | undefined {
  const text = environment.EVIDENCE_SIGNING_KEY;
  return text === undefined || text === "" ? undefined : readSigningKey(text);
}

/** @throws {Failure} `refused`, for a key that cannot be read */
export function trustedKeys(texts: readonly string[]): VerifyingKey[] {
  return texts.map(readVerifyingKey);
}

/**
 * SHA-256 of the stack's settings in each project of a folder, by the name of the project: as a commit has them, and
 * else as they are in the folder.
 */
export async function settingsOf(
  cwd: string,
  stack: string,
  commit: string | undefined,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of projectFoldersIn(cwd)) {
    const text = commit && (await fileAt(folder, commit, `Pulumi.${stack}.yaml`));
    const digest = text === undefined || text === "" ? settingsDigest(folder, stack) : sha256(text);
    if (digest !== undefined) found.set(projectNameOf(folder), digest);
  }
  return found;
}

/** SHA-256 of the stack's settings as they are written, in which secrets are encrypted; undefined without. */
export function settingsDigest(cwd: string, stack: string): string | undefined {
  try {
    return sha256(readFileSync(join(cwd, `Pulumi.${stack}.yaml`)));
  } catch {
    return undefined;
  }
}
