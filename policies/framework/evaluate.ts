import type { Finding } from "./findings.ts";
import type { Policy } from "./policy.ts";
import type { Resource, Stack } from "./stack.ts";
import type { Value } from "./value.ts";
import type { Waiver, Waivers } from "./waivers.ts";

/** What a stack's settings say to the pack. */
export interface Context {
  /** With any stage but staging the pack is strict. */
  readonly stage: "production" | "staging";
  /** What is asked of the stack: the platform's items, those of its delivery, or both. */
  readonly scope: "platform" | "delivery" | "all";
  /** What keeps the state of the platform: of another backend than Pulumi Cloud nothing at it is asked. */
  readonly backend: "pulumi-cloud" | "self-managed";
  readonly waivers: Waivers;
  /** Whether a text came to the deployment from outside the program: from its settings or environment. */
  readonly isSupplied: (text: string) => boolean;
  /** Whether any text of the settings has that form. */
  readonly isConfigured: (form: RegExp) => boolean;
}

/** A violation as it is shown. */
export interface Violation {
  readonly message: string;
  /** Urn of the resource that violates; undefined where the stack as a whole does. */
  readonly urn?: string;
  /** Set where the violation is shown but does not count, by a waiver or by the stage. */
  readonly enforcementLevel?: "advisory";
  readonly waiver?: Waiver;
}

/** What a policy says of a stack. */
export interface Outcome {
  readonly status: "passed" | "violated" | "waived" | "not-applicable" | "unknown";
  readonly violations: readonly Violation[];
  /** The first value that has to be known before the policy can decide; none where it has decided. */
  readonly unknown?: Value;
}

/**
 * Evaluates one policy: the one path from a check to what is shown, for the pack and for tests.
 * `configuration` is the policy's own part of the pack configuration.
 */
export function evaluate(
  policy: Policy,
  stack: Stack,
  context: Context,
  configuration: Readonly<Record<string, unknown>> = {},
): Outcome {
  if (!isAsked(policy, context)) {
    return { status: "not-applicable", violations: [] };
  }
  const violations: Violation[] = [];
  let unknown: Value | undefined;
  for (const finding of policy.check(stack, configuration, context)) {
    if (finding.answer === "violated") {
      violations.push(present(policy, finding, context));
    } else if (finding.answer === "unknown") {
      unknown ??= finding.value;
    }
  }
  if (violations.some((violation) => violation.waiver === undefined)) {
    return { status: "violated", violations };
  }
  if (unknown !== undefined) {
    return { status: "unknown", violations, unknown };
  }
  return { status: violations.length > 0 ? "waived" : "passed", violations };
}

function isAsked({ scope }: Policy, context: Context): boolean {
  return scope === "any" || context.scope === "all" || scope === context.scope;
}

function present(
  policy: Policy,
  finding: Extract<Finding, { answer: "violated" }>,
  context: Context,
): Violation {
  const message = `${itemLabel(policy)}${finding.message} Fix: ${policy.fix}`;
  const urn = finding.resource && { urn: finding.resource.urn };
  const waiver = context.waivers.valid.find((candidate) => covers(candidate, policy, finding.resource));
  if (waiver !== undefined) {
    const { until, approvedBy, reason } = waiver;
    const waived = `Waived until ${until}, approved by ${approvedBy}: ${reason} — ${message}`;
    return { message: waived, ...urn, enforcementLevel: "advisory", waiver };
  }
  const softened = policy.productionOnly && context.stage === "staging";
  return { message, ...urn, ...(softened && { enforcementLevel: "advisory" as const }) };
}

function itemLabel(policy: Policy): string {
  if (policy.items.length === 0) {
    return "";
  }
  return `${policy.items.length === 1 ? "Item" : "Items"} ${policy.items.join(", ")}: `;
}

function covers(waiver: Waiver, policy: Policy, resource: Resource | undefined): boolean {
  if (waiver.policy !== policy.name) {
    return false;
  }
  return resource === undefined
    ? waiver.resource === "*"
    : waiver.resource === resource.urn || waiver.resource === resource.name;
}
