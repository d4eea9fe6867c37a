import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { checkpointOf, writeCheckpoint } from "../../evidence/checkpoint.ts";
import { factsOf } from "../../evidence/gates/facts.ts";
import { gates } from "../../evidence/gates/registry.ts";
import { repositoryAt, runGates } from "../../evidence/gates/run.ts";
import { loadTestResults, readLoadTest } from "../../evidence/load-test-results.ts";
import { vouch } from "../../evidence/read-all.ts";
import type { Result as ControlResult, RunKind } from "../../evidence/statement.ts";
import type { Unseen } from "../../evidence/unseen.ts";
import { verifyEvidence } from "../../evidence/verify.ts";
import type { Result } from "../../lib/command.ts";
import { exitStatus } from "../../lib/exit.ts";
import { Failure } from "../../lib/failure.ts";
import { makePrivateFolder, readText, removeFolder } from "../../lib/files.ts";
import { jsonLine } from "../../lib/json.ts";
import { counted, printableText } from "../../lib/text.ts";
import type { ObjectStore } from "../../operations/store/object-store.ts";
import { projectNameOf, stackNames } from "../../project/project.ts";
import { readStackSettings } from "../../project/settings.ts";
import { checkWritable, writeOutput } from "../output.ts";
import { checkpointsIn, originOf, readCheckpoints, tagCheckpoint } from "./checkpoints.ts";
import { git } from "./git.ts";
import type {
  CheckpointFlags,
  EvidenceFlags,
  GatesFlags,
  LoadTestFlags,
  VerifyEvidenceFlags,
} from "./options.ts";
import { openBucket, openEvidence, placeIn, refuseMissing } from "./place.ts";
import { projectsIn } from "./projects.ts";
import { recordRun, signingKey, trustedKeys } from "./record.ts";

/** Whether the evidence of a stack is intact. */
export async function verify(flags: VerifyEvidenceFlags): Promise<Result> {
  const { cwd, store, trusted } = await opened(flags);
  const notes = await readCheckpoints(flags.checkpoint, { cwd, stack: flags.stack, trusted });
  const kept = await store.readAll(trusted);
  vouch(
    kept.records,
    notes.flatMap(({ checkpoint: note, signed }) => (signed === "signed" ? [note] : [])),
  );
  const verification = verifyEvidence(
    kept,
    notes.map(({ checkpoint: note }) => note),
    new Date(),
    { projects: projectsIn(cwd), origin: originOf(cwd, flags.stack) },
  );
  const foreign = notes.filter(
    ({ signed }) => signed === "untrusted" || (signed === "unsigned" && trusted.length > 0),
  );
  const problems = [
    ...verification.problems,
    ...foreign.map(
      ({ name, signed }) =>
        `${name} is ${signed === "unsigned" ? "not signed" : "signed, but not by a key in evidence.publicKeys"}`,
    ),
  ];
  const { records, signed, unsigned, untrusted, anchored, open, late, unseen } = verification;
  const isEmpty = records === 0 && problems.length === 0;
  const lines = [
    ...problems.map((problem) => `✗ ${problem}`),
    ...late.map(lateLine),
    ...unseenLines(unseen),
    `${counted(records, "record")}: ${signed} signed, ${unsigned} unsigned, ${untrusted} signed by keys that are not in evidence.publicKeys.`,
    `${anchored} anchored by ${counted(notes.length, "checkpoint")}, ${open.length} not: nothing would show that the newest of these was removed.`,
    isEmpty
      ? `There is no record of ${flags.stack} in ${store.path}, so there is nothing to check.`
      : `The evidence is ${problems.length === 0 ? "intact" : "not intact"}.`,
  ];
  return {
    status: isEmpty
      ? exitStatus.couldNotTell
      : problems.length === 0
        ? exitStatus.holds
        : exitStatus.doesNotHold,
    output: flags.json ? jsonLine({ ...verification, problems }) : printableText(`${lines.join("\n")}\n`),
  };
}

function lateLine(name: string): string {
  return `~ ${name} is dated before records that an earlier checkpoint anchors, and a later one was the first to anchor it`;
}

/** The most records of one kind that are named, one a line. */
const mostLines = 20;

function unseenLines(unseen: readonly Unseen[]): string[] {
  const more = unseen.length - mostLines;
  return [
    ...unseen
      .slice(0, mostLines)
      .map(
        ({ name, by }) =>
          `~ ${name} had ended when ${by} started, which did not see it: it was written later than it says, or merged from elsewhere`,
      ),
    ...(more > 0 ? [`~ and ${counted(more, "more record")} that a later run did not see`] : []),
  ];
}

/** A checkpoint of all records. Evidence that is not intact, or less than what was anchored before, is not anchored. */
export async function checkpoint(flags: CheckpointFlags): Promise<Result> {
  if (flags.output !== undefined) checkWritable(flags.output);
  if (flags.subject !== undefined) checkWritable(flags.subject, "--subject");
  const { cwd, store, trusted } = await opened(flags);
  const key = signingKey(process.env);
  const bucket =
    flags.bucket === undefined
      ? undefined
      : await openBucket(cwd, flags.bucket === true ? "s3:" : flags.bucket, flags.stack, "checkpoints");
  try {
    // Who signs a checkpoint answers for the signatures of what it anchors.
    const keys = key === undefined ? trusted : [...trusted, key];
    const kept = await store.readAll(keys);
    const earlier = bucket === undefined ? [] : await checkpointsIn(bucket, keys);
    const notes = earlier.filter(({ signed }) => keys.length === 0 || signed === "signed");
    vouch(
      kept.records,
      notes.flatMap(({ checkpoint: note, signed }) => (signed === "signed" ? [note] : [])),
    );
    const made = checkpointOf(kept.records, originOf(cwd, flags.stack));
    const { problems, late } = verifyEvidence(
      kept,
      [...notes.map(({ checkpoint: note }) => note), made],
      new Date(),
      { projects: projectsIn(cwd), origin: made.origin },
    );
    const [problem] = problems;
    if (problem === undefined && made.size === 0) {
      throw new Failure("refused", `There is no record of ${flags.stack} in ${store.path} to anchor`);
    }
    if (problem !== undefined) {
      throw new Failure("refused", `The evidence is not intact, so nothing was anchored: ${problem}`);
    }
    const text = writeCheckpoint(made, key);
    const places = await keepCheckpoint(text, cwd, flags, bucket);
    if (flags.subject !== undefined) writeOutput(flags.subject, `${made.origin}\n`, "--subject");
    const lines = [
      ...late.map((name) => `${lateLine(name)}\n`),
      ...places.map((place) => `${counted(made.size, "record")} anchored: ${place}\n`),
    ].join("");
    return {
      status: exitStatus.holds,
      output: flags.json
        ? jsonLine({ ...made, note: text, kept: places, late })
        : printableText(lines) || text,
    };
  } finally {
    bucket?.close();
  }
}

/** Keeps a checkpoint wherever the flags say. */
async function keepCheckpoint(
  text: string,
  cwd: string,
  flags: CheckpointFlags,
  bucket: ObjectStore | undefined,
): Promise<string[]> {
  const places: string[] = [];
  if (flags.output !== undefined) {
    writeOutput(flags.output, text);
    places.push(flags.output);
  }
  if (bucket !== undefined) {
    const { anchor } = await import("../../operations/store/evidence-bucket.ts");
    places.push(await anchor(bucket, text, new Date()));
  }
  if (flags.tag !== undefined) {
    const folder = makePrivateFolder("checkpoint");
    try {
      const file = join(folder, "note.txt");
      writeFileSync(file, text);
      await tagCheckpoint(cwd, flags.tag, file);
    } finally {
      removeFolder(folder);
    }
    places.push(`tag ${flags.tag}`);
  }
  return places;
}

/** Checks every gate of the repository, and records what was found. */
export async function runAllGates(flags: GatesFlags): Promise<Result> {
  const cwd = resolve(flags.cwd);
  const settings = readStackSettings(cwd, flags.stack);
  const startedAt = new Date();
  const results = await runGates(
    gates,
    repositoryAt(
      cwd,
      (args) => git(cwd, args),
      factsOf(settings, { project: projectNameOf(cwd), stack: flags.stack }),
    ),
  );
  const result = await recorded(flags, "gate", cwd, startedAt, results);
  return flags.recordOnly ? { ...result, status: exitStatus.holds } : result;
}

/** Records what k6's summary says against the objectives of the stack that goes live. */
export async function recordLoadTest(summary: string, flags: LoadTestFlags): Promise<Result> {
  const cwd = resolve(flags.cwd);
  const { objectives } = readStackSettings(cwd, flags.stack);
  checkTarget(cwd, flags.target);
  const at = new Date();
  const figures = readLoadTest(
    readText(`the summary ${summary}`, summary, { maximumBytes: 8 * 1024 * 1024 }),
    flags.target,
  );
  return recorded(flags, "load-test", cwd, at, loadTestResults(figures, objectives, at));
}

/** @throws {Failure} `refused`, for a target that no stack of the project serves: it shows nothing of what goes live */
function checkTarget(cwd: string, target: string): void {
  const hosts = stackNames(cwd).flatMap((stack) => {
    const { domains } = readStackSettings(cwd, stack);
    return [domains.api, domains.web];
  });
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (url?.protocol === "https:" && url.port === "" && hosts.includes(url.hostname)) return;
  throw new Failure(
    "refused",
    `--target ${target} is not an https address of a host that the settings declare: ${hosts.map((host) => `https://${host}`).join(", ")}`,
  );
}

const signs = {
  holds: "✓",
  "does-not-hold": "✗",
  unknown: "?",
  waived: "~",
  "not-applicable": "-",
} as const;

/** Records results and shows them. */
async function recorded(
  flags: EvidenceFlags,
  kind: RunKind,
  cwd: string,
  startedAt: Date,
  results: ControlResult[],
): Promise<Result> {
  const project = projectNameOf(cwd);
  const record = await recordRun(placeIn(cwd, flags.evidence), {
    kind,
    cwd,
    project,
    stack: flags.stack,
    startedAt,
    results,
  });
  const failed = results.some(({ state }) => state === "does-not-hold");
  const open = results.some(({ state }) => state === "unknown");
  const lines = results.map(
    ({ state, control, items, summary }) =>
      `${signs[state]} ${control.name} (${items.join(", ")}): ${summary}`,
  );
  return {
    status: failed ? exitStatus.doesNotHold : open ? exitStatus.couldNotTell : exitStatus.holds,
    output: flags.json
      ? jsonLine({ record: record.name, results })
      : printableText(`${lines.join("\n")}\nRecord: ${record.name}\n`),
  };
}

async function opened(flags: EvidenceFlags) {
  const cwd = resolve(flags.cwd);
  const { evidence } = readStackSettings(cwd, flags.stack);
  refuseMissing(cwd, flags.evidence);
  return {
    cwd,
    trusted: trustedKeys(evidence.publicKeys),
    store: await openEvidence(cwd, flags.evidence, flags.stack),
  };
}
