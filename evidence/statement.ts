import * as z from "zod";
import { controls, isItemId } from "../checklist/items.ts";
import { drillSchema } from "./drill.ts";
import { migrationSchema } from "./migration.ts";
import { samplesSchema } from "./samples.ts";
import { controlStates } from "./states.ts";

/** Type of the predicate: what one run of a command found. docs/schemas/run-v1.json is its JSON schema. */
export const predicateType = "https://optropic.example/evidence/run/v1";

export const statementType = "https://in-toto.io/Statement/v1";

/** Type of the payload of a record's envelope. */
export const payloadType = "application/vnd.in-toto+json";

/** What kinds of runs there are; each has a validity of its own. */
export const runKinds = [
  "preview",
  "verify",
  "drill",
  "backup",
  "load-test",
  "gate",
  "attestation",
  "migration",
  "release",
  "rollback",
  "watch",
] as const;

/** The most records that one names as its parents. */
export const maximumParents = 1000;

export type RunKind = (typeof runKinds)[number];

const shortText = z.string().max(1000);
const longText = z.string().max(4000);
const moment = z.iso.datetime();

export const digestText = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 digest in hexadecimal digits");
export const commitText = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, "a commit of Git");
export const stackText = z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, "the name of a stack");

/** Without letters that look like others, so that two names that look alike are one. */
const controlName = z.string().regex(/^[\x20-\x7e]{1,200}$/, "the name of a control, in ASCII");

/** What was measured, or expected: a number with its unit, or a text. */
export const quantity = z.union([z.number(), z.boolean(), shortText]);

/** Who accepted what does not hold, and until when. */
export const waiver = z.strictObject({
  until: z.iso.date(),
  reason: shortText,
  approver: shortText,
});

/** What one control found. */
export const resultSchema = z.strictObject({
  control: z.strictObject({ kind: z.enum(controls), name: controlName }),
  items: z
    .array(z.string().refine(isItemId, "an item of the checklist"))
    .min(1)
    .max(175)
    .refine((all) => new Set(all).size === all.length, "no item twice"),
  state: z.enum(controlStates),
  /** The control advises: an item is not blocked by it. */
  advisory: z.boolean().optional(),
  /** With `unknown`, a value that only a deployment tells is what the control waits for. */
  deferred: z.literal(true).optional(),
  /** One sentence: what was found, or why nothing could tell. */
  summary: longText,
  /** More of what was found, one sentence each. */
  details: z.array(shortText).max(1000).optional(),
  /** What to do about it. */
  fix: longText.optional(),
  measured: quantity.optional(),
  expected: quantity.optional(),
  unit: z.string().max(40).optional(),
  /** How it was over time. */
  samples: samplesSchema.optional(),
  /** When it was measured. */
  at: moment,
  durationMs: z.number().min(0).optional(),
  /** The last moment at which it counts, where the control itself knows one. */
  until: moment.optional(),
  /** Where the project declares what was expected. */
  place: z.strictObject({ path: shortText, line: z.int().min(1) }).optional(),
  /** Address that shows it. */
  url: z.url().max(2000).optional(),
  /** SHA-256 of the raw answer. */
  raw: digestText.optional(),
  waiver: waiver.optional(),
  /** Who answers for it: the signer of an attestation. */
  by: shortText.optional(),
});

export type Result = z.infer<typeof resultSchema>;

/** Runs whose findings a waiver of the settings may accept. A person's signature, a drill or a gate cannot be waived. */
const waivable: ReadonlySet<RunKind> = new Set<RunKind>(["preview", "verify"]);

/** What is declared, what its vendor has and what is served, where they differ or nothing could tell. */
export const driftSchema = z.strictObject({
  /** How many things were compared. */
  compared: z.int().min(0),
  rows: z
    .array(
      z.strictObject({
        vendor: shortText,
        subject: shortText,
        declared: shortText,
        atVendor: shortText,
        served: shortText.optional(),
        place: z.strictObject({ path: shortText, line: z.int().min(1) }).optional(),
        state: z.enum(["drift", "unknown"]),
      }),
    )
    .max(500),
});

export type Drift = z.infer<typeof driftSchema>;

const runFields = z.strictObject({
  kind: z.enum(runKinds),
  project: z.string().regex(/^[\w.-]{1,100}$/, "the name of a project"),
  stack: stackText,
  /** The commit that was judged or served. */
  commit: commitText.optional(),
  /** SHA-256 of the file with the stack's settings. */
  settings: digestText.optional(),
  tool: z.strictObject({ name: z.string().max(100), version: z.string().max(100) }),
  startedAt: moment,
  finishedAt: moment,
  /** Digests of all records that no other record named when this one was written, sorted. */
  parents: z
    .array(digestText)
    .max(maximumParents)
    .refine(
      (all) => all.every((digest, index) => index === 0 || digest > (all[index - 1] ?? "")),
      "digests in ascending order, none twice",
    ),
  results: z.array(resultSchema).max(5000),
  /** More of a drill. */
  drill: drillSchema.optional(),
  /** More of a verification: how what runs differs from what is declared. */
  drift: driftSchema.optional(),
  /** More of a migration or of its rehearsal. */
  migration: migrationSchema.optional(),
});

/** What one run found: the predicate of its statement. */
export const runSchema = runFields.superRefine(({ kind, results }, context) => {
  for (const [index, { state, deferred, waiver: accepted }] of results.entries()) {
    if (deferred === true && (kind !== "preview" || state !== "unknown")) {
      const message = "only a preview waits for a deployment, and only for what is unknown";
      context.addIssue({ code: "custom", path: ["results", index, "deferred"], message });
    }
    const path = ["results", index, "waiver"];
    if (state === "waived" && !waivable.has(kind)) {
      context.addIssue({ code: "custom", path, message: `a result of the kind ${kind} cannot be waived` });
    } else if ((state === "waived") !== (accepted !== undefined)) {
      const message = state === "waived" ? "who approved it and until when" : "none where nothing is waived";
      context.addIssue({ code: "custom", path, message });
    }
  }
});

export type Run = z.infer<typeof runSchema>;

/** An in-toto Statement, version 1, about one run. */
export const statementSchema = z.strictObject({
  _type: z.literal(statementType),
  subject: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(300),
        digest: z.strictObject({
          sha256: z.string().min(1).max(128).optional(),
          gitCommit: z.string().min(1).max(128).optional(),
        }),
      }),
    )
    .min(1)
    .max(10),
  predicateType: z.literal(predicateType),
  predicate: runSchema,
});

export type Statement = z.infer<typeof statementSchema>;
