import type * as grafanaTypes from "@pulumi/grafana";
import type { AnyValue, Resource, Value } from "../framework/index.ts";
import type { Measure } from "../values/alert-measures.ts";

/** One way in which an alert reaches people. */
export interface Channel {
  readonly kind: string;
  /** Whether it wakes somebody: it keeps calling until a person answers. */
  readonly pages: boolean;
}

/** An alert rule of any vendor; its reads throw UnknownRead. */
export interface AlertRule {
  /** What declares it, on which a violation is reported. */
  readonly resource: Resource;
  /** The rule in that resource. */
  readonly entry: AnyValue;
  readonly name: () => string;
  /** Ways in which the rule fires: each with all of the bounds that are met at once. */
  readonly conditions: () => readonly (readonly Measure[])[];
  readonly isPaused: () => boolean;
  /** How long its condition has to hold before it fires. */
  readonly pending: () => Part<number>;
  readonly severity: () => Part<string | undefined>;
  /** The URL of the page that says what to do. */
  readonly runbook: () => Part<string | undefined>;
  /** The rule as Grafana has it, whose routes decide where it goes. */
  readonly grafana?: Value<grafanaTypes.types.input.alerting.RuleGroupRule>;
  /** Where it goes by its own words, whatever the routes say: the name of a channel; absent where it says nothing. */
  readonly sendsTo?: AnyValue;
  /** Whether routes decide where it goes. */
  readonly isRouted?: true;
  /** Whether it says by itself where it goes, although routes could. */
  readonly hasOwnRoute?: () => boolean;
  /** Whom it tells by itself, where no routes decide that. */
  readonly channels?: () => readonly Channel[];
  /**
   * What it is limited to, where its vendor has a form of its own: the values of a label, and whether they are parts of
   * something, of which there is always another.
   */
  readonly limits?: () => ReadonlyMap<
    string,
    { readonly values: readonly string[]; readonly isPart: boolean }
  >;
  /** Why it may stay silent although what it waits for is there, where its vendor has a form of its own. */
  readonly silence?: () => string | undefined;
}

interface Part<T> {
  readonly value: T;
  readonly at: AnyValue;
}
