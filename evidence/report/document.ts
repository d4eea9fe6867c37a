import { type Item, items } from "../../checklist/items.ts";
import { type Action, actionsOf } from "../actions.ts";
import type { ControlDecision, Decision } from "../decide.ts";
import type { Contact } from "../owners.ts";
import { ownerOf } from "../owners.ts";
import type { Moment, Phase } from "../phases.ts";
import type { EvidenceRecord } from "../record.ts";
import type { ItemVerdict } from "../states.ts";
import type { Verification } from "../verify.ts";
import { type History, historyOf } from "./history.ts";

/** How many items have each verdict. */
export type Totals = Record<ItemVerdict, number>;

/** What a report shows, as its JSON has it. The same evidence at the same moment gives the same bytes. */
export interface ReportDocument {
  version: 1;
  tool: { name: string; version: string };
  project: string;
  stack: string;
  /** Version that is to be released. */
  release: string;
  at: string;
  commit?: string;
  phase: Moment;
  /** `go` needs both: no item in the way, and evidence that is whole. */
  decision: "go" | "no-go";
  totals: Totals;
  sections: { section: string; totals: Totals }[];
  items: ReportedItem[];
  /** What would make it go. */
  actions: (Omit<Action, "owner"> & { owner: string })[];
  evidence: Verification;
  history: History;
  links: { title: string; url: string }[];
}

export interface ReportedItem {
  id: string;
  section: string;
  text: string;
  phase: Phase;
  verdict: ItemVerdict;
  blocks: boolean;
  reason: string;
  owner: string;
  controls: ReportedControl[];
}

export type ReportedControl = Omit<ControlDecision, "result"> &
  Partial<
    Pick<
      NonNullable<ControlDecision["result"]>,
      "measured" | "expected" | "unit" | "at" | "place" | "url" | "waiver" | "by"
    >
  >;

export interface ReportInput {
  tool: ReportDocument["tool"];
  release: string;
  decision: Decision;
  records: readonly EvidenceRecord[];
  verification: Verification;
  /** Address of each contact. */
  contacts: Readonly<Record<Contact, string>>;
  links: ReportDocument["links"];
}

export function reportDocument({
  tool,
  release,
  decision,
  records,
  verification,
  contacts,
  links,
}: ReportInput): ReportDocument {
  const { project, stack, at, commit, phase } = decision;
  const reported = decision.items.map((each): ReportedItem => {
    const { item, verdict, blocks, reason } = each;
    const { id, section, text } = item;
    return {
      id,
      section,
      text,
      phase: each.phase,
      verdict,
      blocks,
      reason,
      owner: contacts[ownerOf(item.id)],
      controls: each.controls.map(reportedControl),
    };
  });
  const evidenceActions = verification.problems.map((problem) => ({
    what: `Restore the evidence: ${problem}`,
    command: false,
    owner: contacts.technicalLead,
    items: [],
  }));
  return {
    version: 1,
    tool,
    project,
    stack,
    release,
    at,
    ...(commit !== undefined && { commit }),
    phase,
    decision: decision.go && verification.problems.length === 0 ? "go" : "no-go",
    totals: totalsOf(reported),
    sections: sectionsOf(items).map((section) => ({
      section,
      totals: totalsOf(reported.filter((item) => item.section === section)),
    })),
    items: reported,
    actions: [
      ...evidenceActions,
      ...actionsOf(decision).map((action) => ({ ...action, owner: contacts[action.owner] })),
    ],
    evidence: verification,
    history: historyOf(records, { stack, at: new Date(at), commit }),
    links,
  };
}

function reportedControl({ result, ...control }: ControlDecision): ReportedControl {
  if (result === undefined) return control;
  const { measured, expected, unit, at, place, url, waiver, by } = result;
  return {
    ...control,
    at,
    ...(measured !== undefined && { measured }),
    ...(expected !== undefined && { expected }),
    ...(unit !== undefined && { unit }),
    ...(place !== undefined && { place }),
    ...(url !== undefined && { url }),
    ...(waiver !== undefined && { waiver }),
    ...(by !== undefined && { by }),
  };
}

function sectionsOf(all: readonly Item[]): string[] {
  return [...new Set(all.map(({ section }) => section))];
}

function totalsOf(some: readonly { verdict: ItemVerdict }[]): Totals {
  const totals: Totals = {
    holds: 0,
    "does-not-hold": 0,
    unknown: 0,
    waived: 0,
    "not-applicable": 0,
    stale: 0,
    "not-due": 0,
  };
  for (const { verdict } of some) totals[verdict] += 1;
  return totals;
}
