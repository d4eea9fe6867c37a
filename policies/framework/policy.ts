import type { ItemId } from "../../checklist/items.ts";
import type { ManagedComponent } from "../../config/manage.ts";
import type { Context } from "./context.ts";
import type { Finding } from "./findings.ts";
import type { Stack } from "./stack.ts";
import { configuredThreshold, type Threshold, type ThresholdDefinitions } from "./thresholds.ts";

export type Severity = "low" | "medium" | "high" | "critical";

/** What a section file says of a requirement. */
export interface PolicyDefinition<T extends ThresholdDefinitions = ThresholdDefinitions> {
  /** Kebab-case, unique in the pack: what waivers and pack configuration name. */
  readonly name: string;
  /** Items of the checklist that the requirement covers; empty for a rule about the pack itself. */
  readonly items: readonly ItemId[];
  /** What must hold, in one sentence with "must" in it. */
  readonly title: string;
  readonly severity: Severity;
  /** How to fix a violation, in one or two sentences. */
  readonly fix: string;
  /** Whether a violation stops a deployment; `mandatory` unless the checklist calls the item optional. */
  readonly level?: "mandatory" | "advisory";
  /** Which stacks it judges: the platform's (the default), those that deliver it, or any. */
  readonly scope?: "platform" | "delivery" | "any";
  /** Whether only production needs it: then a violation is advisory in staging. */
  readonly productionOnly?: boolean;
  /**
   * When the check runs: over the `stack` (the default), or over each `resource` alone as it is
   * registered, without its dependencies, where one resource says enough.
   */
  readonly phase?: "stack" | "resource";
  /** Page of a vendor or standard that the requirement rests on. */
  readonly url?: string;
  /** Figures that pack configuration may tighten; `check` gets them by name. */
  readonly thresholds?: T;
  /**
   * The check: pure, one finding for each thing that it judges. It reads the settings only where they are what
   * it judges. Without findings everything holds.
   */
  readonly check: (stack: Stack, threshold: Threshold<T>, context: Context) => Iterable<Finding>;
}

/** A policy of the registry, ready to be evaluated. */
export interface Policy
  extends Omit<PolicyDefinition, "check" | "level" | "phase" | "productionOnly" | "thresholds"> {
  readonly level: "mandatory" | "advisory";
  readonly phase: "stack" | "resource";
  readonly scope: "platform" | "delivery" | "any";
  readonly productionOnly: boolean;
  readonly thresholds: ThresholdDefinitions;
  /** The components that it is about. Default: none, so that it judges every stack for itself. */
  readonly components?: {
    /** Without one of them there is nothing to judge. */
    readonly needs: readonly ManagedComponent[];
    /** What is declared of them is judged; without one of them the policy passes nothing. */
    readonly reads: readonly ManagedComponent[];
  };
  /** Findings over a stack, with the configuration of the policy as the pack got it. */
  readonly check: (
    stack: Stack,
    configuration: Readonly<Record<string, unknown>>,
    context: Context,
  ) => Iterable<Finding>;
}

/** Declares a policy: fills in its defaults and ties its thresholds to its check. */
export function policy<const T extends ThresholdDefinitions = Record<never, never>>(
  definition: PolicyDefinition<T>,
): Policy {
  const { thresholds, check, ...rest } = definition;
  return {
    level: "mandatory",
    phase: "stack",
    scope: "platform",
    productionOnly: false,
    ...rest,
    thresholds: thresholds ?? {},
    check: (stack, configuration, context) =>
      check(stack, configuredThreshold(thresholds, configuration), context),
  };
}
