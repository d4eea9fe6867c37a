import type { Context } from "../../policies/framework/context.ts";
import { evaluate, type Outcome } from "../../policies/framework/evaluate.ts";
import { type Declared, type Policy, Stack } from "../../policies/framework/index.ts";
import { pathKey } from "../../policies/framework/stack.ts";
import { registry } from "../../policies/registry.ts";
import { recordOf, stackOf as stackOfRecorded } from "../recording/judge.ts";
import type { RecordedResource } from "../recording/record.ts";

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

/** A resource in the form in which tests write and change one: its inputs, and what they are made from. */
export interface Fixture {
  readonly type: string;
  readonly name: string;
  /** Of a resource that the program declares; one that a test adds gets a urn of its type and name. */
  readonly urn?: string;
  readonly parent?: string;
  readonly props: Record<string, unknown>;
  /** Outputs that are known already. */
  readonly outputs?: Record<string, unknown>;
  readonly protect?: boolean;
  /** For each top-level property, the resources, by name or urn, whose outputs it carries. */
  readonly from?: Record<string, readonly string[]>;
  /** Further resources, by name or urn, that it depends on. */
  readonly dependsOn?: readonly string[];
}

/** A production stack of which everything is asked; texts that begin with `setting-` stand for values of its settings. */
export const production: Context = {
  stage: "production",
  scope: "all",
  backend: "pulumi-cloud",
  waivers: { policies: [], probes: [], problems: [] },
  plans: {
    cloudflare: "pro",
    vercel: "enterprise",
    render: "professional",
    supabase: "pro",
    github: "enterprise",
    grafana: "pro",
    sentry: "business",
    pagerduty: "professional",
    pulumiCloud: "pro",
  },
  now: Date.parse("2026-11-28T12:00:00Z"),
  isSupplied: (text) => text.startsWith("setting-"),
  isConfigured: () => false,
};
export const staging: Context = { ...production, stage: "staging" };

export function urnOf({ type, name, urn }: Pick<Fixture, "type" | "name" | "urn">): string {
  return urn ?? `urn:pulumi:production::optropic::${type}::${name}`;
}

/** The resources that a program declares, to be changed by a test. */
export function fixturesOf(resources: readonly RecordedResource[]): Fixture[] {
  return resources.map(({ type, name, urn, parent, inputs, secretPaths, outputs, ...rest }) => {
    const paths = new Set(secretPaths.map(pathKey));
    const sources = new Set(Object.values(rest.propertyDependencies).flat());
    return {
      type,
      name,
      urn,
      ...(parent !== undefined && { parent }),
      props: mappedRecord(inputs, (value, key) => concealed(value, [key], paths)),
      // A component has no inputs, and what it registers is known.
      ...(Object.keys(inputs).length === 0 && { outputs }),
      protect: rest.options.protect,
      from: rest.propertyDependencies,
      dependsOn: rest.dependencies.filter((urn) => !sources.has(urn)),
    };
  });
}

/** The resources as a preview would record them; one whose links lead where they led before is the same object again. */
export function recordedOf(fixtures: readonly Fixture[]): RecordedResource[] {
  const urns = new Map(fixtures.map((fixture) => [fixture.name, urnOf(fixture)]));
  const linkTo = (name: string) => urns.get(name) ?? name;
  return fixtures.map((fixture) => {
    const known = recordings.get(fixture);
    if (known?.links.every(([name, urn]) => linkTo(name) === urn)) return known.resource;
    const recording = recordingOf(fixture, linkTo);
    recordings.set(fixture, recording);
    return recording.resource;
  });
}

/** A resource as it was recorded, and where each name that it is linked to led. */
interface Recording {
  readonly resource: RecordedResource;
  readonly links: readonly (readonly [name: string, urn: string])[];
}

/** Most resources recur in one stack after the other. */
const recordings = new WeakMap<Fixture, Recording>();

function recordingOf(
  { type, name, parent, props, outputs, protect = false, from = {}, dependsOn = [], ...rest }: Fixture,
  linkTo: (name: string) => string,
): Recording {
  const { inputs, secretPaths } = plainInputs(props);
  const names = [...dependsOn, ...Object.values(from).flat()];
  const resource = {
    urn: urnOf({ type, name, ...rest }),
    type,
    name,
    ...(parent !== undefined && { parent }),
    inputs,
    secretPaths,
    outputs: { ...inputs, ...outputs },
    dependencies: [...new Set(names.map(linkTo))],
    propertyDependencies: Object.fromEntries(
      Object.entries(from).map(([property, sources]) => [property, sources.map(linkTo)]),
    ),
    options: { ...plainOptions, protect },
  };
  return { resource, links: names.map((one) => [one, linkTo(one)]) };
}

/** What was made of properties, most of which recur in one stack after the other. */
const plain = new WeakMap<Fixture["props"], Pick<RecordedResource, "inputs" | "secretPaths">>();

function plainInputs(props: Fixture["props"]): Pick<RecordedResource, "inputs" | "secretPaths"> {
  const known = plain.get(props);
  if (known !== undefined) return known;
  const secretPaths: string[][] = [];
  const made = {
    inputs: mappedRecord(props, (value, key) => revealed(value, [key], secretPaths)),
    secretPaths,
  };
  plain.set(props, made);
  return made;
}

/**
 * The stack of those resources: by default with their inputs recorded as the pack records them, else with
 * the same values as outputs, as in an exported state.
 */
export function stackOf(
  fixtures: readonly Fixture[],
  phase: "recorded" | "state" = "recorded",
  declared?: Declared,
): Stack {
  const recorded = recordedOf(fixtures);
  return phase === "state"
    ? new Stack(recorded.map(recordOf), undefined, declared)
    : stackOfRecorded(recorded, declared);
}

/** What the policy says of the resources. */
export function outcomeOf(
  policy: Policy,
  fixtures: readonly Fixture[],
  context = production,
  configuration: Readonly<Record<string, unknown>> = {},
): Outcome {
  return evaluate(policy, stackOf(fixtures, "recorded", context.declared), context, configuration);
}

/** Names of the policies of the registry that the resources violate. */
export function violated(fixtures: readonly Fixture[], context = production): string[] {
  const stack = stackOf(fixtures, "recorded", context.declared);
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

const plainOptions = {
  ignoreChanges: [],
  aliases: [],
  additionalSecretOutputs: [],
  customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
};

/** The value with the secrets at those paths marked. */
function concealed(value: unknown, path: readonly string[], secretPaths: ReadonlySet<string>): unknown {
  const inner = mapped(value, (child, key) => concealed(child, [...path, key], secretPaths));
  return secretPaths.has(pathKey(path)) ? secret(inner) : inner;
}

/** The value without such marks, whose paths are added to `secretPaths`. */
function revealed(value: unknown, path: readonly string[], secretPaths: string[][]): unknown {
  if (!(value instanceof SecretValue)) {
    return mapped(value, (child, key) => revealed(child, [...path, key], secretPaths));
  }
  secretPaths.push([...path]);
  return revealed(value.value, path, secretPaths);
}

/** A list or an object with each of its values replaced; any other value as it is. */
function mapped(value: unknown, replace: (child: unknown, key: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((child, index) => replace(child, String(index)));
  return typeof value === "object" && value !== null ? mappedRecord(value, replace) : value;
}

function mappedRecord(
  record: object,
  replace: (child: unknown, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, child]) => [key, replace(child, key)]));
}
