import { type Item, items } from "../../checklist/items.ts";
import { counted } from "../../lib/text.ts";
import { actionsOf } from "../actions.ts";
import type { ControlDecision, Decision } from "../decide.ts";
import type { Contact } from "../owners.ts";
import { ownerOf } from "../owners.ts";
import type { EvidenceRecord } from "../record.ts";
import type { Verification } from "../verify.ts";
import { driftUntil, historyOf } from "./history.ts";
import type { ReportDocument } from "./schema.ts";
import { agesOf, totalsByControl, totalsOf } from "./totals.ts";
import { waiversOf } from "./waivers.ts";

export type { ReportDocument };

export type Totals = ReportDocument["totals"];
export type ReportedItem = ReportDocument["items"][number];
export type ReportedControl = ReportedItem["controls"][number];

export interface ReportInput {
  tool: ReportDocument["tool"];
  release: string;
  /** The repository of the project, such as OWNER/NAME. */
  repository: string;
  /** SHA-256 of the settings of each project, by its name. */
  settings: ReadonlyMap<string, string>;
  /** One sentence for each waiver of the settings that accepts nothing. */
  waiverProblems?: readonly string[];
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
  repository,
  settings,
  waiverProblems = [],
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
  const titles = new Map(
    decision.items.flatMap(({ controls }) =>
      controls.map(({ kind, name, title }) => [`${kind}:${name}`, title] as const),
    ),
  );
  const drift = driftUntil(records, { stack, at: new Date(at) });
  const evidenceActions = wordedProblems(verification.problems).map((problem) => ({
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
    repository,
    settings: Object.fromEntries([...settings].sort(([one], [other]) => (one < other ? -1 : 1))),
    at,
    ...(commit !== undefined && { commit }),
    phase,
    decision: decision.go && verification.problems.length === 0 ? "go" : "no-go",
    totals: totalsOf(reported),
    sections: sectionsOf(items).map((section) => ({
      section,
      totals: totalsOf(reported.filter((item) => item.section === section)),
    })),
    controls: totalsByControl(decision.items),
    ages: agesOf(decision.items, records, new Date(at)),
    items: reported,
    actions: [
      ...evidenceActions,
      ...actionsOf(decision).map((action) => ({ ...action, owner: contacts[action.owner] })),
    ],
    waivers: waiversOf(decision),
    waiverProblems: [...waiverProblems],
    evidence: verification,
    ...(drift !== undefined && { drift }),
    history: historyOf(records, { stack, at: new Date(at), commit, titles }),
    links,
  };
}

/** The problems that are actions of their own; all of them are in the report's part about the evidence. */
const mostProblems = 20;

function wordedProblems(problems: readonly string[]): string[] {
  const more = problems.length - mostProblems;
  return [
    ...problems.slice(0, mostProblems),
    ...(more > 0 ? [`${counted(more, "more problem")}; npx optropic evidence verify names each`] : []),
  ];
}

function reportedControl({ result, waits: _, ...control }: ControlDecision): ReportedControl {
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
