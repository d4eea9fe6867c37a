import type { Context } from "../../policies/framework/context.ts";
import { evaluate, type Outcome } from "../../policies/framework/evaluate.ts";
import { type Policy, type ResourceRecord, Stack } from "../../policies/framework/index.ts";
import { pathKey, type RecordedInputs } from "../../policies/framework/stack.ts";
import { registry } from "../../policies/registry.ts";

/** A value that is not known at preview. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A value given as a secret, known to the program. */
export class SecretValue {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

export function secret(value: unknown): SecretValue {
  return new SecretValue(value);
}

/** A resource of a made-up stack, by hand: its inputs, and by name what they are made from. */
export interface Fixture {
  readonly type: string;
  readonly name: string;
  readonly props: Record<string, unknown>;
  /** Outputs that are known already. */
  readonly outputs?: Record<string, unknown>;
  readonly protect?: boolean;
  /** For each top-level property, the names of the resources whose outputs it carries. */
  readonly from?: Record<string, string[]>;
}

/** A production stack of which everything is asked; texts that begin with `setting-` stand for values of its settings. */
export const production: Context = {
  stage: "production",
  scope: "all",
  backend: "pulumi-cloud",
  waivers: { valid: [], problems: [] },
  now: Date.parse("2026-11-28T12:00:00Z"),
  isSupplied: (text) => text.startsWith("setting-"),
  isConfigured: () => false,
};
export const staging: Context = { ...production, stage: "staging" };

export function urnOf({ type, name }: Pick<Fixture, "type" | "name">): string {
  return `urn:pulumi:production::optropic::${type}::${name}`;
}

/**
 * The stack of those resources: by default with their inputs recorded as the pack records them, else with
 * the same values as outputs, as in an exported state.
 */
export function stackOf(fixtures: readonly Fixture[], phase: "recorded" | "state" = "recorded"): Stack {
  const urns = new Map(fixtures.map((fixture) => [fixture.name, urnOf(fixture)]));
  const links = (names: readonly string[]) => names.map((name) => ({ urn: urns.get(name) ?? name }));
  const recorded = new Map<string, RecordedInputs>();
  const records = fixtures.map((fixture): ResourceRecord => {
    const from = fixture.from ?? {};
    const secretPaths = new Set<string>();
    const inputs = reveal(fixture.props, [], secretPaths);
    recorded.set(urnOf(fixture), { inputs, secretPaths });
    return {
      urn: urnOf(fixture),
      type: fixture.type,
      name: fixture.name,
      props: { ...(phase === "state" && isRecord(inputs) ? inputs : {}), ...fixture.outputs },
      opts: { protect: fixture.protect ?? false },
      dependencies: links([...new Set(Object.values(from).flat())]),
      propertyDependencies: Object.fromEntries(
        Object.entries(from).map(([property, names]) => [property, links(names)]),
      ),
    };
  });
  return phase === "state" ? new Stack(records) : new Stack(records, (urn) => recorded.get(urn));
}

/** What the policy says of the resources. */
export function outcomeOf(
  policy: Policy,
  fixtures: readonly Fixture[],
  context = production,
  configuration: Readonly<Record<string, unknown>> = {},
): Outcome {
  return evaluate(policy, stackOf(fixtures), context, configuration);
}

/** Names of the policies of the registry that the resources violate. */
export function violated(fixtures: readonly Fixture[], context = production): string[] {
  const stack = stackOf(fixtures);
  return registry
    .filter((policy) => evaluate(policy, stack, context).status === "violated")
    .map(({ name }) => name);
}

/** The resources with one of them replaced by what `edit` makes of it. */
export function change(
  fixtures: readonly Fixture[],
  name: string,
  edit: (fixture: Fixture) => Fixture,
): Fixture[] {
  if (!fixtures.some((fixture) => fixture.name === name)) {
    throw new RangeError(`The stack has no resource ${name}.`);
  }
  return fixtures.map((fixture) => (fixture.name === name ? edit(fixture) : fixture));
}

/** The resources with some properties of one of them replaced; a property set to undefined is left out. */
export function withProps(
  fixtures: readonly Fixture[],
  name: string,
  props: Record<string, unknown>,
): Fixture[] {
  return change(fixtures, name, (fixture) => ({
    ...fixture,
    props: Object.fromEntries(
      Object.entries({ ...fixture.props, ...props }).filter(([, value]) => value !== undefined),
    ),
  }));
}

/** The resources without one of them. */
export function without(fixtures: readonly Fixture[], ...names: readonly string[]): Fixture[] {
  const rest = fixtures.filter((fixture) => !names.includes(fixture.name));
  if (rest.length !== fixtures.length - names.length) {
    throw new RangeError(`The stack does not have all of ${names.join(", ")}.`);
  }
  return rest;
}

/** An unknown value in place of another; a secret stays one when it is unknown. */
export function unknownFor(value: unknown): unknown {
  return value instanceof SecretValue ? secret(unknown) : unknown;
}

/** The resources with every top-level property unknown. */
export function allUnknown(fixtures: readonly Fixture[]): Fixture[] {
  return fixtures.map((fixture) => ({
    ...fixture,
    props: Object.fromEntries(Object.entries(fixture.props).map(([key, value]) => [key, unknownFor(value)])),
  }));
}

function reveal(value: unknown, path: readonly string[], secretPaths: Set<string>): unknown {
  if (value instanceof SecretValue) {
    secretPaths.add(pathKey(path));
    return reveal(value.value, path, secretPaths);
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => reveal(item, [...path, String(index)], secretPaths));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [key, reveal(child, [...path, key], secretPaths)]),
    );
  }
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
