import * as z from "zod";
import { controls, isItemId } from "../../checklist/items.ts";
import { moments } from "../phases.ts";
import { samplesSchema } from "../samples.ts";
import { digestText, driftSchema, quantity, runKinds, waiver } from "../statement.ts";
import { controlStates, itemVerdicts } from "../states.ts";

/** Type of the report: docs/schemas/report-v1.json is its JSON schema. */
export const reportType = "https://optropic.example/evidence/report/v1";

const count = z.int().min(0);
const moment = z.iso.datetime();
const verdict = z.enum(itemVerdicts);
const itemId = z.string().refine(isItemId, "an item of the checklist");

/** How many items have each verdict. */
const totals = z.record(verdict, count);

/** One control of one item, now. */
const control = z.strictObject({
  kind: z.enum(controls),
  name: z.string(),
  title: z.string(),
  /** The kind of run that finds it; `decision` is worked out from other items. */
  run: z.enum([...runKinds, "decision"]),
  /** Kinds of controls that this version does not have, in whose place a person signs. */
  standsFor: z.array(z.enum(controls)).readonly().optional(),
  verdict,
  /** It cannot block its items. */
  advisory: z.boolean(),
  /** What was found, or why nothing is known. */
  summary: z.string(),
  /** Digest of the record that it stands on. */
  record: digestText.optional(),
  /** The last moment at which it counts. */
  until: moment.optional(),
  measured: quantity.optional(),
  expected: quantity.optional(),
  unit: z.string().optional(),
  at: moment.optional(),
  /** Where the project declares what was expected. */
  place: z.strictObject({ path: z.string(), line: z.int().min(1) }).optional(),
  /** Address that shows it. */
  url: z.string().optional(),
  waiver: waiver.optional(),
  /** Who signed it. */
  by: z.string().optional(),
});

const item = z.strictObject({
  id: itemId,
  section: z.string(),
  text: z.string(),
  phase: z.enum(["before", "release", "after"]),
  verdict,
  /** Whether it stands in the way of a go. */
  blocks: z.boolean(),
  reason: z.string(),
  owner: z.string(),
  controls: z.array(control),
});

const action = z.strictObject({
  /** A command, or what to change, in one sentence. */
  what: z.string(),
  /** Whether `what` is a command to run. */
  command: z.boolean(),
  /** A file and line, or an address. */
  where: z.string().optional(),
  owner: z.string(),
  items: z.array(itemId),
});

/** A waiver that a record names for what a control found. */
const reportedWaiver = z.strictObject({
  ...waiver.shape,
  control: z.string(),
  items: z.array(itemId),
  /** Whole days from the day of the report to its last day; below 0 where it has ended. */
  daysLeft: z.int(),
  /** `ending` within two weeks; one that has `ended` or is `not-in-settings` accepts nothing. */
  state: z.enum(["counts", "ending", "ended", "not-in-settings"]),
});

const evidence = z.strictObject({
  records: count,
  signed: count,
  unsigned: count,
  /** Signed by keys that are not trusted. */
  untrusted: count,
  heads: z.array(digestText),
  /** Records that a checkpoint anchors. */
  anchored: count,
  /** Records that no checkpoint anchors. */
  open: z.array(digestText),
  /** Names of records that a later checkpoint was the first to anchor, although they are dated before an earlier one. */
  late: z.array(z.string()),
  /** Records that had ended when the run `by` started, and that it did not see. */
  unseen: z.array(z.strictObject({ name: z.string(), by: z.string() })),
  problems: z.array(z.string()),
});

/** What happened until the moment of the decision, for charts. */
const history = z.strictObject({
  /** The steps of the release of this commit, or else of the newest one, in the order of time. */
  release: z.array(
    z.strictObject({
      kind: z.enum(runKinds),
      control: z.string(),
      title: z.string(),
      startedAt: moment,
      at: moment,
      state: z.enum(controlStates),
      /** Whether it is of the commit that is to go live. */
      ofCommit: z.boolean(),
    }),
  ),
  /** What the watch saw since the release: each series once, the longest of the newest watch. */
  watch: z.array(samplesSchema),
  /** The newest runs, in the order of time. */
  runs: z.array(
    z.strictObject({
      at: moment,
      kind: z.enum(runKinds),
      /** How many of its results are of each kind. */
      holds: count,
      fails: count,
      unknown: count,
      /** Whether it is of the commit that is to go live. */
      ofCommit: z.boolean(),
    }),
  ),
  /** Restore drills against their objective. */
  drills: z.array(
    z.strictObject({ at: moment, durationMs: z.number(), rtoMinutes: z.number(), holds: z.boolean() }),
  ),
  /** What one control measured over time. */
  series: z.array(
    z.strictObject({
      control: z.string(),
      unit: z.string(),
      expected: z.number().optional(),
      points: z.array(z.strictObject({ at: moment, value: z.number() })),
    }),
  ),
});

/** A report as `optropic report --format json` prints it. */
export const reportSchema = z.strictObject({
  version: z.literal(1),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  project: z.string(),
  stack: z.string(),
  /** Version that is to be released. */
  release: z.string(),
  /** The repository of the project, such as OWNER/NAME. */
  repository: z.string(),
  /** SHA-256 of the settings of each project, by its name. */
  settings: z.record(z.string(), digestText),
  at: moment,
  commit: z.string().optional(),
  phase: z.enum(moments),
  /** `go` needs both: no item in the way, and intact evidence. */
  decision: z.enum(["go", "no-go"]),
  totals,
  sections: z.array(z.strictObject({ section: z.string(), totals })),
  /** How many controls of each kind have each verdict; one that speaks for several items counts once. */
  controls: z.array(z.strictObject({ kind: z.enum(controls), totals })),
  /** How old the runs are that the decision stands on, by their kind. */
  ages: z.array(
    z.strictObject({
      kind: z.enum(runKinds),
      oldest: moment,
      newest: moment,
      /** Minutes since the newest. */
      ageMinutes: count,
      /** The first moment at which something of it counts no longer. */
      until: moment.optional(),
    }),
  ),
  items: z.array(item),
  /** What would make it go. */
  actions: z.array(action),
  /** Those that end first come first. */
  waivers: z.array(reportedWaiver),
  /** One sentence for each waiver of the settings that accepts nothing: one that is only requested, or has ended. */
  waiverProblems: z.array(z.string()),
  evidence,
  /** What differed from its declaration in the newest verification. */
  drift: driftSchema.extend({ at: moment }).optional(),
  history,
  links: z.array(z.strictObject({ title: z.string(), url: z.string() })),
});

/** What a report shows. The same evidence at the same moment gives the same bytes. */
export type ReportDocument = z.infer<typeof reportSchema>;
