import { isAboutStack } from "../engine/urn.ts";
import type { PropertyValue } from "../engine/values.ts";
import type {
  PolicyOutcome,
  PreviewDocument,
  ShownResource,
  ShownViolation,
  UnreadPart,
} from "./document.ts";
import { findingsOf } from "./findings.ts";

/** What of a platform was not read, and the resources that stand for it. */
export interface Untold {
  readonly urns: ReadonlySet<string>;
  readonly parts: readonly UnreadPart[];
  /** Secrets are known, since whoever wrote the state had them. */
  readonly hasSecrets?: true;
}

/**
 * A judgement of what vendors answered or a state says, which is not all that there is: what a policy objects to counts where it
 * was read, what is missing is unknown while something was not read, and nothing passes while a vendor could
 * not be read.
 */
export function withUntold(document: PreviewDocument, { urns, parts, hasSecrets }: Untold): PreviewDocument {
  const byUrn = new Map(document.resources.map((resource) => [resource.urn, resource]));
  const refused = parts.filter(({ unasked }) => unasked !== true);
  const policies = document.policies.map((policy) => {
    const violations = policy.violations.map((violation) =>
      isTold(violation, { urns, byUrn, isWhole: parts.length === 0, hasSecrets })
        ? violation
        : ({ ...violation, status: "unknown" } as const),
    );
    return { ...policy, ...told(policy, violations, refused) };
  });
  const having = (status: PolicyOutcome["status"]) => policies.filter((policy) => policy.status === status);
  const violated = having("violated");
  const resources = document.resources.filter(({ urn }) => !urns.has(urn));
  return {
    ...document,
    resources,
    policies,
    findings: findingsOf(policies),
    unread: [...parts],
    summary: {
      ...document.summary,
      resources: resources.length,
      passed: having("passed").length,
      violated: violated.length,
      mandatory: violated.filter(({ enforcement }) => enforcement === "mandatory").length,
      advisory: violated.filter(({ enforcement }) => enforcement !== "mandatory").length,
      waived: having("waived").length,
      unknown: having("unknown").length,
      ...(having("elsewhere").length > 0 && { elsewhere: having("elsewhere").length }),
      notApplicable: having("not-applicable").length,
    },
  };
}

/** Whether a violation is of something that was read. */
function isTold(
  { urn, property, status }: ShownViolation,
  of: {
    urns: ReadonlySet<string>;
    byUrn: ReadonlyMap<string, ShownResource>;
    isWhole: boolean;
    hasSecrets: true | undefined;
  },
): boolean {
  if (status === "waived" || status === "unknown") return true;
  // What proves it may be in what was not read.
  if (of.urns.has(urn) || (status === "unproved" && !of.isWhole)) return false;
  if (isAboutStack(urn)) return of.isWhole;
  const value = property === undefined ? undefined : valueAt(of.byUrn.get(urn)?.inputs, property);
  // No secret was asked for, so whatever is one here is not known.
  return (value !== "[secret]" || of.hasSecrets === true) && !isUnknown(value);
}

function told(
  { status, enforcement }: PolicyOutcome,
  violations: ShownViolation[],
  refused: readonly UnreadPart[],
): Pick<PolicyOutcome, "status" | "violations" | "enforcement"> {
  if (status === "passed" && refused.length > 0) {
    const [first] = refused;
    const more = refused.length > 1 ? `, and ${refused.length - 1} more` : "";
    const message = `Nothing was found, but not everything was read: ${first?.vendor}, ${first?.what}${more}.`;
    return { status: "unknown", enforcement, violations: [...violations, { urn: "", message }] };
  }
  if (status !== "violated") return { status, enforcement, violations };
  const counts = violations.some(({ status: own }) => own === undefined || own === "unproved");
  return { status: counts ? "violated" : "unknown", enforcement, violations };
}

function valueAt(value: PropertyValue | undefined, path: string): PropertyValue | undefined {
  let at = value;
  for (const step of path.split(/[.[\]"]+/).filter((part) => part !== "")) {
    if (at === "[secret]" || isUnknown(at)) return at;
    if (typeof at !== "object" || at === null) return undefined;
    at = Array.isArray(at) ? at[Number(step)] : Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}

/** As a document shows a value that is not known. */
function isUnknown(value: PropertyValue | undefined): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && value.unknown === true;
}
