import { isItemId } from "../checklist/items.ts";
import type { ViolationWaiver } from "../checklist/violation.ts";
import type { SourcePosition } from "../lib/failure.ts";
import { counted, printable, shortened } from "../lib/text.ts";
import type { Result } from "./statement.ts";
import type { ControlState } from "./states.ts";

/** What a preview says of one policy, as its document has it. */
export interface JudgedPolicy {
  name: string;
  description: string;
  enforcement: string;
  items: readonly string[];
  status: "passed" | "violated" | "waived" | "not-applicable" | "unknown" | "elsewhere";
  fix?: string;
  violations: readonly {
    message: string;
    status?: "waived" | "unknown" | "unproved";
    source?: SourcePosition;
    fix?: string;
    waiver?: ViolationWaiver;
  }[];
}

/** The results of a preview: one for each policy that covers an item of the checklist. */
export function previewResults(policies: readonly JudgedPolicy[], at: Date): Result[] {
  return policies.flatMap((policy) => {
    const items = [...new Set(policy.items.filter(isItemId))];
    if (items.length === 0 || policy.enforcement === "disabled") return [];
    const [first] = policy.violations.filter(
      ({ status }) => policy.status !== "violated" || status !== "waived",
    );
    const fix = first?.fix ?? policy.fix;
    const ends = policy.violations.flatMap(({ waiver }) => waiver ?? []);
    // The first of several waivers to end is the one that counts.
    const [waiver] = ends.toSorted((one, other) => one.until.localeCompare(other.until));
    const result: Result = {
      control: { kind: "policy", name: policy.name },
      items,
      state: stateOf(policy),
      ...(policy.enforcement === "advisory" && { advisory: true }),
      ...(policy.status === "unknown" && { deferred: true as const }),
      summary: summaryOf(policy),
      ...(policy.status === "violated" && fix !== undefined && { fix: shortened(printable(fix), 3900) }),
      ...(first?.source !== undefined && {
        place: { path: shortened(first.source.path, 900), line: first.source.line },
      }),
      at: at.toISOString(),
      ...(policy.status === "waived" &&
        waiver !== undefined && {
          waiver: {
            until: waiver.until,
            reason: shortened(printable(waiver.reason), 900),
            approver: shortened(printable(waiver.approvedBy), 900),
          },
        }),
    };
    return [result];
  });
}

function stateOf({ status, violations }: JudgedPolicy): ControlState {
  switch (status) {
    case "passed":
      return "holds";
    case "violated":
      return violations.length > 0 && violations.every((violation) => violation.status === "unproved")
        ? "unknown"
        : "does-not-hold";
    // Others judge it, and this evidence says nothing of it.
    case "elsewhere":
      return "unknown";
    default:
      return status;
  }
}

function summaryOf({ status, description, violations }: JudgedPolicy): string {
  const [first, ...others] = violations.map(({ message }) => shortened(printable(message), 900));
  if (status === "passed" || first === undefined) return shortened(printable(description), 3900);
  return others.length === 0 ? first : `${first} (and ${counted(others.length, "more violation")})`;
}
