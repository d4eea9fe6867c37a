import type { PolicyConfigSchema, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { UnknownValueError } from "@pulumi/policy";
import { getItem } from "../../checklist/items.ts";
import { type Context, evaluate, type Outcome, type Violation } from "./evaluate.ts";
import type { Policy } from "./policy.ts";
import { Recorder } from "./recorder.ts";
import { type ResourceRecord, Stack } from "./stack.ts";
import { unknownText } from "./value.ts";

/** The seed of every policy, as Pulumi's compliance metadata names it. */
const framework = { name: "Optropic production deployment checklist", version: "1.0.0" };

/**
 * Turns policies into those of @pulumi/policy, in the same order. The settings are read by `context` when
 * the first policy runs, since `pulumi policy publish` loads a pack without any.
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
      const stack = stacks.get(policy, args.resources);
      show(evaluate(policy, stack, context(), args.getConfig()), args, { report: reportViolation });
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

  get(policy: Policy, resources: readonly ResourceRecord[]): Stack {
    if (this.#stack === undefined || this.#served.has(policy)) {
      this.#stack = new Stack(resources, this.#recorder.lookup);
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
      show(evaluate(policy, stack, context(), args.getConfig()), args, { report: reportViolation });
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
  report(violation: string | Omit<Violation, "waiver">): void;
}

/** The part of a policy's arguments by which it says that it does not apply. */
interface Scoped {
  notApplicable(reason?: string): never;
}

function show(outcome: Outcome, args: Scoped, reporter: Reporter): void {
  if (outcome.status === "not-applicable") {
    args.notApplicable("The setting scope asks other items of this stack");
  }
  for (const { message, urn, enforcementLevel } of outcome.violations) {
    reporter.report({ message, ...(urn && { urn }), ...(enforcementLevel && { enforcementLevel }) });
  }
  if (outcome.unknown !== undefined) {
    outcome.unknown.raise();
    // It is known, and in a language that the pack does not read: the host's error says that too.
    throw new UnknownValueError(unknownText, outcome.unknown.path);
  }
}
