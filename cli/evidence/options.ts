import { InvalidArgumentError, Option } from "commander";
import * as z from "zod";
import { type Moment, moments } from "../../evidence/phases.ts";
import { collect } from "../collect.ts";
import { ownProject } from "../own.ts";

/** Where evidence is kept unless a flag says otherwise, from the project's folder. */
export const defaultFolder = "records";

/** Options of every command about evidence. */
export interface EvidenceFlags {
  stack: string;
  /** Folder of the Pulumi project. */
  cwd: string;
  /** Folder with the evidence of all stacks. */
  evidence: string;
  json: boolean;
  debug: boolean;
}

export interface DecisionFlags extends EvidenceFlags {
  at?: Date;
  commit?: string;
  phase: Moment;
  checkpoint: string[];
}

export interface AttestFlags extends EvidenceFlags {
  by?: string;
  shows?: string;
  until?: string;
  note?: string;
  doesNotHold: boolean;
  list: boolean;
}

export interface VerifyEvidenceFlags extends EvidenceFlags {
  checkpoint: string[];
}

export interface GatesFlags extends EvidenceFlags {
  recordOnly: boolean;
}

export interface LoadTestFlags extends EvidenceFlags {
  target: string;
}

export interface CollectFlags extends EvidenceFlags {
  days: number;
}

export interface CheckpointFlags extends EvidenceFlags {
  output?: string;
  /** A bucket; `true` for that of the stack's backups. */
  bucket?: string | true;
  /** Name of an annotated tag. */
  tag?: string;
  /** File for the subject of an attestation. */
  subject?: string;
}

/** The options of every command that decides. */
export function decisionOptions(): Option[] {
  return [
    ...evidenceOptions(),
    new Option(
      "--at <time>",
      "decide as at this time, such as 2026-11-27T12:00:00Z (default: now)",
    ).argParser(readPast),
    new Option(
      "--commit <commit>",
      "the commit that is to go live (default: that of the project's folder)",
    ).argParser(readCommit),
    new Option(
      "--phase <name>",
      "what is due: before a deployment, before the release, during it, or after it",
    )
      .choices(moments)
      .default("before"),
    checkpointOption(),
  ];
}

/** Checkpoints to compare evidence with. */
export function checkpointOption(): Option {
  return new Option(
    "--checkpoint <file>",
    "a checkpoint from where nobody can change it: a file, tag:NAME, or a bucket (s3:, s3://BUCKET/PREFIX); repeatable",
  )
    .argParser(collect)
    .default([], "none");
}

/** Where the evidence of which stack is. */
export function evidenceOptions(): Option[] {
  return [
    new Option("-s, --stack <name>", "the stack").default("production"),
    new Option("-C, --cwd <folder>", "the folder of the Pulumi project").default(ownProject),
    new Option(
      "--evidence <folder>",
      "the folder with the evidence, or a bucket: s3: for that of the backups, s3://BUCKET/PREFIX",
    ).default(defaultFolder),
    new Option("--json", "print one JSON document and nothing else").default(false),
    new Option("--debug", "print stack traces").default(false),
  ];
}

const moment = z.iso.datetime({ offset: true, precision: null });

export function readMoment(text: string): Date {
  // A day alone would be its first moment here, and is its last one in waivers and signatures.
  const whole = text.replace(/^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(Z|[+-]\d{2}:\d{2})$/, "$1:00$2");
  if (moment.safeParse(whole).success) return new Date(whole);
  throw new InvalidArgumentError("Expected a moment with its time zone, such as 2026-11-27T12:00:00Z.");
}

/** A moment that has come: of a later one nobody knows yet what is shown, and nothing can go back to it. */
export function readPast(text: string): Date {
  const at = readMoment(text);
  if (at.getTime() <= Date.now()) return at;
  throw new InvalidArgumentError("It is in the future.");
}

function readCommit(text: string): string {
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) return text;
  throw new InvalidArgumentError("Expected a full commit hash: 40 or 64 hexadecimal digits.");
}
