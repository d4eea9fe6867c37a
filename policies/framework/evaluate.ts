import { propertyPath } from "../../checklist/violation.ts";
import type { PolicyWaiver } from "../../checklist/waivers.ts";
import type { WritableViolation } from "../../checklist/wire.ts";
import type { ManagedComponent } from "../../config/manage.ts";
import { adapters } from "../adapters/index.ts";
import type { Context } from "./context.ts";
import type { Finding } from "./findings.ts";
import type { Policy } from "./policy.ts";
import type { Stack } from "./stack.ts";
import { fixFor } from "./vendor-fixes.ts";
import type { AnyValue, Resource } from "./view.ts";

/** A violation as it is reported. */
export interface Objection extends WritableViolation {
  /** Set where the violation is shown but does not count, by a waiver or by the stage. */
  readonly enforcementLevel?: "advisory";
}

/** What a policy says of a stack; `violated` also where something is not proved. */
export interface Outcome {
  readonly status: "passed" | "violated" | "waived" | "not-applicable" | "unknown" | "elsewhere";
  readonly violations: readonly Objection[];
  /** Where it is judged elsewhere, the components that it would have to see. */
  readonly elsewhere?: readonly ManagedComponent[];
  /** The first value that has to be known before the policy can decide; absent where it has decided. */
  readonly unknown?: AnyValue;
  /** What tells it, where it is not the value of an output. */
  readonly reason?: string;
}

/**
 * Evaluates one policy: the one path from a check to what is reported, for the pack and for tests.
 * `configuration` is the policy's own part of the pack configuration.
 */
export function evaluate(
  policy: Policy,
  stack: Stack,
  context: Context,
  configuration: Readonly<Record<string, unknown>> = {},
): Outcome {
  if (!isAsked(policy, context, stack)) {
    return { status: "not-applicable", violations: [] };
  }
  const { needs, reads } = unmanagedOf(policy, context);
  if (needs.length > 0) return { status: "elsewhere", violations: [], elsewhere: needs };
  const violations: Objection[] = [];
  const seen = new Set<string>();
  let unknown: Extract<Finding, { answer: "unknown" }> | undefined;
  for (const finding of policy.check(stack, configuration, context)) {
    if (finding.answer === "violated" || finding.answer === "unproved") {
      // What the stack lacks may be in a component that somebody else manages.
      if (reads.length > 0 && finding.resource === undefined && finding.setting === undefined) continue;
      const found = objection(policy, finding, context, stack);
      // Two ways to the same finding are one.
      const sameness = JSON.stringify([found.found, found.resource, found.property, found.setting]);
      if (!seen.has(sameness)) violations.push(found);
      seen.add(sameness);
    } else if (finding.answer === "unknown") {
      unknown ??= finding;
    }
  }
  if (violations.some(({ waiver }) => waiver === undefined)) {
    return { status: "violated", violations };
  }
  if (reads.length > 0) return { status: "elsewhere", violations, elsewhere: reads };
  if (unknown !== undefined) {
    const { value, found: reason } = unknown;
    return { status: "unknown", violations, unknown: value, ...(reason !== undefined && { reason }) };
  }
  return { status: violations.length > 0 ? "waived" : "passed", violations };
}

/** The components of a policy that somebody else manages. */
function unmanagedOf({ components }: Policy, { unmanaged }: Context) {
  const left = (all: readonly ManagedComponent[] = []) =>
    unmanaged === undefined || unmanaged.size === 0
      ? []
      : all.filter((component) => unmanaged.has(component));
  return { needs: left(components?.needs), reads: left(components?.reads) };
}

/** A scope leaves nothing out that the stack has: beside hosts and databases, the scope `delivery` asks for everything. */
function isAsked({ scope }: Policy, context: Context, stack: Stack): boolean {
  return (
    scope === "any" ||
    context.scope === "all" ||
    scope === context.scope ||
    (context.scope === "delivery" && stack.all().some(({ type }) => isPlatform(type)))
  );
}

/** Whether a resource makes its stack a platform: it runs the application, or is its database. */
const isPlatform = (type: string): boolean => adapters.some((adapter) => adapter.isPlatform?.(type) === true);

function objection(
  policy: Policy,
  { answer, resource, found, at, setting, expected, fix }: Extract<Finding, { found: string }>,
  context: Context,
  stack: Stack,
): Objection {
  const waiver = context.waivers.policies.find((candidate) => covers(candidate, policy, resource));
  const isForProduction = policy.productionOnly || answer === "unproved";
  const isAdvisory = waiver !== undefined || (isForProduction && context.stage === "staging");
  return {
    policy: policy.name,
    items: policy.items,
    ...(resource && { resource: resource.urn }),
    // The property of another resource says nothing about this one.
    ...(at && at.resource === resource && { property: propertyPath(at.path) }),
    ...(setting !== undefined && { setting }),
    kind: answer,
    found,
    expected: expected ?? policy.title,
    fix: fix ?? fixFor(policy, stack),
    ...(waiver && {
      waiver: { until: waiver.until, approvedBy: waiver.approvedBy, reason: waiver.reason },
    }),
    ...(isAdvisory && { enforcementLevel: "advisory" }),
  };
}

function covers(waiver: PolicyWaiver, policy: Policy, resource: Resource | undefined): boolean {
  if (waiver.policy !== policy.name) {
    return false;
  }
  return resource === undefined
    ? waiver.resource === "*"
    : waiver.resource === resource.urn || waiver.resource === resource.name;
}
