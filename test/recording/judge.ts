import type { Context } from "../../policies/framework/context.ts";
import { evaluate, type Objection, type Outcome } from "../../policies/framework/evaluate.ts";
import {
  type AnyValue,
  type Declared,
  type Policy,
  type ResourceRecord,
  Stack,
} from "../../policies/framework/index.ts";
import { type InputLookup, pathKey, type RecordedInputs } from "../../policies/framework/stack.ts";
import { registry } from "../../policies/registry.ts";
import type { RecordedResource } from "./record.ts";

/** What one policy says of a stack, as a preview shows it. */
export interface Judgment {
  readonly policy: Policy;
  readonly status: Outcome["status"];
  /** The policy's own level; that of its violations where it is violated, which the stage may lower. */
  readonly enforcement: "mandatory" | "advisory";
  readonly violations: readonly Objection[];
  /** What has to be known before the policy can decide. */
  readonly unknown?: AnyValue;
}

/** Has every policy of the pack judge the resources, in this process. */
export function judge(resources: readonly RecordedResource[], context: Context): Judgment[] {
  const whole = stackOf(resources, context.declared);
  const parts = resources.map((resource) =>
    stackOf([{ ...resource, dependencies: [], propertyDependencies: {} }]),
  );
  return registry.map((policy) => {
    const outcomes = (policy.phase === "resource" ? parts : [whole]).map((stack) =>
      evaluate(policy, stack, context),
    );
    const status = statuses.find((candidate) => outcomes.some((outcome) => outcome.status === candidate));
    const violations = outcomes.flatMap((outcome) => outcome.violations);
    const unknown = outcomes.find((outcome) => outcome.unknown !== undefined)?.unknown;
    return {
      policy,
      status: status ?? "passed",
      enforcement: status === "violated" ? enforcementOf(policy, violations) : policy.level,
      violations,
      ...(unknown && { unknown }),
    };
  });
}

/** The policies that stop a deployment. */
export function refusing(judgments: readonly Judgment[]): Judgment[] {
  return judgments.filter(({ status, enforcement }) => status === "violated" && enforcement === "mandatory");
}

/** The view that policies have of the resources. */
export function stackOf(resources: readonly RecordedResource[], declared?: Declared): Stack {
  return new Stack(...viewOf(resources), declared);
}

/** What a view of the resources is made of. */
export function viewOf(resources: readonly RecordedResource[]): [ResourceRecord[], InputLookup] {
  const inputs = new Map(resources.map((resource) => [resource.urn, inputsOf(resource)]));
  return [resources.map(recordOf), (urn) => inputs.get(urn)];
}

/** The inputs of one of them, as the pack's resource phase records them. */
const inputsOf = kept(
  ({ inputs, secretPaths }): RecordedInputs => ({ inputs, secretPaths: new Set(secretPaths.map(pathKey)) }),
);

/** One of them, as a policy host hands it over. */
export const recordOf = kept((resource): ResourceRecord => {
  const { urn, type, name, parent, provider, outputs, options, dependencies, propertyDependencies } =
    resource;
  return {
    urn,
    type,
    name,
    props: outputs,
    opts: options,
    ...(parent !== undefined && { parent: { urn: parent } }),
    ...(provider !== undefined && { provider: { urn: provider } }),
    dependencies: dependencies.map(linkTo),
    propertyDependencies: Object.fromEntries(
      Object.entries(propertyDependencies).map(([property, urns]) => [property, urns.map(linkTo)]),
    ),
  };
});

/** The function, with its answer kept for each resource: most are in one stack after the other. */
function kept<Answer>(make: (resource: RecordedResource) => Answer): (resource: RecordedResource) => Answer {
  const answers = new WeakMap<RecordedResource, Answer>();
  return (resource) => {
    const answer = answers.get(resource) ?? make(resource);
    answers.set(resource, answer);
    return answer;
  };
}

function linkTo(urn: string) {
  return { urn };
}

/** What counts most comes first. */
const statuses = ["violated", "unknown", "waived", "not-applicable"] as const;

function enforcementOf(policy: Policy, violations: readonly Objection[]): Judgment["enforcement"] {
  const counts = violations.some(({ enforcementLevel }) => enforcementLevel !== "advisory");
  return policy.level === "mandatory" && counts ? "mandatory" : "advisory";
}
