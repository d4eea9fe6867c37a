import type { PolicyConfigSchema, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { UnknownValueError } from "@pulumi/policy";
import { getItem } from "../../checklist/items.ts";
import { propertyPath } from "../../checklist/violation.ts";
import { elsewhereText, violationText } from "../../checklist/wire.ts";
import type { Context } from "./context.ts";
import type { Declared } from "./declared.ts";
import { evaluate, type Outcome } from "./evaluate.ts";
import type { Policy } from "./policy.ts";
import { Recorder } from "./recorder.ts";
import { type ResourceRecord, Stack } from "./stack.ts";
import { unknownText } from "./value.ts";
import type { AnyValue } from "./view.ts";

/** The seed of every policy, as Pulumi's compliance metadata names it. */
const framework = { name: "Optropic production deployment checklist", version: "1.0.0" };

/**
 * Turns policies into those of @pulumi/policy, in the same order. `context` reads the settings when the first
 * policy runs, since `pulumi policy publish` loads a pack without any.
 */
export function toPulumiPolicies(
  policies: readonly Policy[],
  context: () => Context,
): (ResourceValidationPolicy | StackValidationPolicy)[] {
  const recorder = new Recorder();
  const stacks = new SharedStack(recorder);
  let known: Context | undefined;
  const settings = () => {
    known ??= context();
    return known;
  };
  return policies.map((policy) =>
    policy.phase === "resource"
      ? resourcePolicy(policy, recorder, settings)
      : stackPolicy(policy, stacks, settings),
  );
}

function stackPolicy(policy: Policy, stacks: SharedStack, context: () => Context): StackValidationPolicy {
  return {
    ...metadata(policy),
    enforcementLevel: policy.level,
    validateStack: (args, reportViolation) => {
      const stack = stacks.get(policy, args.resources, context().declared);
      show(policy, evaluate(policy, stack, context(), args.getConfig()), args, { report: reportViolation });
    },
  };
}

/**
 * One view of the stack for all policies of an analysis, so that what one of them looked up serves the next.
 * @pulumi/policy makes the list anew for each policy and runs them one after the other: a policy that comes
 * a second time begins another analysis.
 */
class SharedStack {
  readonly #recorder: Recorder;
  readonly #served = new Set<Policy>();
  #stack: Stack | undefined;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  get(policy: Policy, resources: readonly ResourceRecord[], declared: Declared | undefined): Stack {
    if (this.#stack === undefined || this.#served.has(policy)) {
      this.#stack = new Stack(resources, this.#recorder.lookup, declared);
      this.#served.clear();
    }
    this.#served.add(policy);
    return this.#stack;
  }
}

/**
 * The level `remediate` makes @pulumi/policy call `remediateResource`, which changes nothing here and only
 * notes which inputs are secrets; violations of a policy at that level are mandatory.
 */
function resourcePolicy(
  policy: Policy,
  recorder: Recorder,
  context: () => Context,
): ResourceValidationPolicy {
  return {
    ...metadata(policy),
    enforcementLevel: policy.level === "mandatory" ? "remediate" : policy.level,
    remediateResource: (args) => recorder.noteSecrets(args),
    validateResource: (args, reportViolation) => {
      recorder.record(args);
      const { urn, type, name, props, opts } = args;
      const alone = { urn, type, name, props, opts, dependencies: [], propertyDependencies: {} };
      const stack = new Stack([alone], recorder.lookup);
      show(policy, evaluate(policy, stack, context(), args.getConfig()), args, { report: reportViolation });
    },
  };
}

function metadata(policy: Policy) {
  const items = policy.items.map((id) => getItem(id));
  return {
    name: policy.name,
    displayName: policy.title,
    description: policy.title,
    severity: policy.severity,
    tags: [...policy.items],
    remediationSteps: policy.fix,
    ...(items.length > 0 && {
      framework: {
        ...framework,
        reference: policy.items.join(","),
        specification: items.map(({ text }) => text).join("; "),
      },
    }),
    ...(policy.url !== undefined && { url: policy.url }),
    configSchema: configSchema(policy),
  };
}

function configSchema(policy: Policy): PolicyConfigSchema {
  const thresholds = Object.entries(policy.thresholds);
  return {
    properties: Object.fromEntries(
      thresholds.map(([name, threshold]) => [name, { type: "integer", ...threshold }]),
    ),
  };
}

/**
 * `reportViolation` also takes an object with a level of its own (server.js of @pulumi/policy), which its
 * typings leave out; a method is typed loosely enough to say so.
 */
interface Reporter {
  report(violation: string | Reported): void;
}

interface Reported {
  readonly message: string;
  readonly urn?: string;
  readonly enforcementLevel?: "advisory";
}

/** The part of a policy's arguments by which it says that it does not apply. */
interface Scoped {
  notApplicable(reason?: string): never;
}

function show(policy: Policy, outcome: Outcome, args: Scoped, reporter: Reporter): void {
  if (outcome.status === "not-applicable") {
    args.notApplicable("The setting scope asks other items of this stack");
  }
  for (const { enforcementLevel, ...violation } of outcome.violations) {
    const { resource: urn } = violation;
    const message = violationText(violation);
    reporter.report({ message, ...(urn && { urn }), ...(enforcementLevel && { enforcementLevel }) });
  }
  if (outcome.elsewhere !== undefined) args.notApplicable(elsewhereText(outcome.elsewhere));
  if (outcome.unknown !== undefined) {
    throw unknownError(policy, outcome.unknown, outcome.reason);
  }
}

/** The host's own error for an unknown value, by which it shows the policy as one that cannot run yet. */
function unknownError(policy: Policy, value: AnyValue, told?: string): UnknownValueError {
  const { resource, property } = value;
  const error = new UnknownValueError(value.sentinel ?? unknownText, [...property]);
  const reason =
    told ?? (value.isUnknown ? error.message : `this policy cannot read the value at .${property.join(".")}`);
  error.message = violationText({
    policy: policy.name,
    items: policy.items,
    resource: resource.urn,
    property: propertyPath(property),
    kind: "unknown",
    found: reason,
    expected: policy.title,
  });
  return error;
}
