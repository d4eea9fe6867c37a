import { camelCase } from "../../../lib/text.ts";
import { bareResource, type PreviewResource } from "../../engine/resource.ts";
import { makeUrn, rootStackType } from "../../engine/urn.ts";
import {
  isUnknown,
  type PropertyMap,
  type PropertyValue,
  secret,
  signatureKey,
  unknown,
} from "../../engine/values.ts";
import type { ExportedState } from "../exported.ts";
import type { Untold } from "../unread.ts";
import type { Field, Fields } from "./fields.ts";
import { propertiesOf } from "./properties.ts";
import { sdkTypeOf } from "./sdk.ts";

/** Something that was found to exist, by Terraform's names. */
export interface Found {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Paths of secrets that nobody asked for. */
  readonly withheld?: readonly (readonly string[])[];
}

/** Types of which there may be more than was found. */
export interface Unread {
  readonly vendor: string;
  readonly types: readonly string[];
  readonly what: string;
  readonly why: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Nobody asked for it. */
  readonly unasked?: true;
}

/**
 * Makes a state of what was found, which is judged as one that was exported. Of each type that could not be read
 * it has one resource of which nothing is known: a policy that asks for it can then not tell.
 */
export function stateOfInventory(
  { resources, gaps }: { resources: readonly Found[]; gaps: readonly Unread[] },
  { project, stack }: { project: string; stack: string },
): ExportedState & { readonly untold: Untold } {
  const root = makeUrn({ stack, project, type: rootStackType, name: `${project}-${stack}` });
  const taken = new Set<string>();
  const make = (type: string, name: string, rest: Partial<PreviewResource>): PreviewResource => {
    const urnOf = (called: string) => makeUrn({ stack, project, type, name: called, parent: root });
    let called = name;
    for (let count = 2; taken.has(urnOf(called)); count += 1) called = `${name} ${count}`;
    const urn = urnOf(called);
    taken.add(urn);
    return bareResource({ urn, type, name: called, parent: root, custom: true, ...rest });
  };
  const found = resources.map(({ type, name, id, attributes, withheld = [] }) => {
    const { token, inputs, outputs } = typeOf(type, attributes);
    const hidden = withheld.reduce(hideAt, plainOf(attributes));
    const all = propertiesOf(hidden, outputs);
    return make(token, name, {
      id,
      inputs: Object.fromEntries(Object.entries(all).filter(([key]) => Object.hasOwn(inputs, key))),
      outputs: { ...all, id },
    });
  });
  const unread = gaps.flatMap(({ types, what, attributes = {} }) =>
    types.map((type) => {
      const { token, inputs } = typeOf(type, attributes);
      const known = propertiesOf(plainOf(attributes), inputs);
      const nothing = Object.fromEntries(Object.keys(inputs).map((key) => [key, unknown]));
      return make(token, `${what} (not read)`, { inputs: { ...nothing, ...known } });
    }),
  );
  return {
    ...{ path: "the vendors' answers", project, stack },
    resources: [
      bareResource({ urn: root, type: rootStackType, name: `${project}-${stack}`, custom: false }),
      ...found,
      ...unread,
    ],
    warnings: gaps
      .filter((gap) => gap.unasked !== true)
      .map(({ vendor, what, why }) => `${vendor}: ${what} not read: ${why}`),
    untold: {
      urns: new Set(unread.map(({ urn }) => urn)),
      parts: gaps.map(({ vendor, what, why, unasked }) => ({
        vendor,
        what,
        why,
        ...(unasked && { unasked }),
      })),
    },
  };
}

/** The type that a state has in place of one of Terraform. */
export function tokenOf(type: string): string {
  return typeOf(type, {}).token;
}

interface TypeOf {
  readonly token: string;
  readonly inputs: Fields;
  readonly outputs: Fields;
}

/** A type that no package here has is named as Pulumi's bridge would name it, with what is known of it. */
function typeOf(type: string, attributes: Readonly<Record<string, unknown>>): TypeOf {
  const known = sdkTypeOf(type);
  if (known !== undefined) return known;
  const [provider = "", ...rest] = type.split("_");
  const name = camelCase(rest.join("_"));
  const fields = Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [camelCase(key), asFound(value)]),
  );
  return {
    token: `${provider}:index/${name}:${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
    ...{ inputs: fields, outputs: fields },
  };
}

/** What is found as a list stays one: only a type's declaration says that a list is a single block. */
function asFound(value: unknown): Field {
  return { isList: Array.isArray(value), isMap: false, isAny: false, fields: undefined };
}

/** @returns attributes in which what stands at a path is a secret that is not known */
function hideAt(attributes: PropertyMap, path: readonly string[]): PropertyMap {
  const [key, ...rest] = path;
  if (key === undefined) return attributes;
  if (rest.length === 0) return { ...attributes, [key]: secret(unknown) };
  const inner = attributes[key];
  if (Array.isArray(inner)) {
    const [index, ...below] = rest;
    const hidden = inner.map((one, at) => (at === Number(index) ? hideAt(mapOf(one), below) : one));
    return { ...attributes, [key]: hidden };
  }
  return { ...attributes, [key]: hideAt(mapOf(inner), rest) };
}

function mapOf(value: PropertyValue | undefined): PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** As JSON would keep it; what Pulumi takes for an unknown value or a secret is only text here. */
function plainOf(attributes: Readonly<Record<string, unknown>>, depth = 0): PropertyMap {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([key, value]): [string, PropertyValue][] => {
      const plain = key === signatureKey ? undefined : plainValue(value, depth + 1);
      return plain === undefined ? [] : [[key, plain]];
    }),
  );
}

/** Far deeper than any answer of a vendor. */
const deepest = 100;

function plainValue(value: unknown, depth: number): PropertyValue | undefined {
  if (depth > deepest) return unknown;
  if (value === null || typeof value === "boolean" || typeof value === "number") return value;
  if (typeof value === "string") return isUnknown(value) ? `${value} ` : value;
  if (Array.isArray(value)) return value.map((element) => plainValue(element, depth + 1) ?? null);
  return typeof value === "object" ? plainOf({ ...value }, depth) : undefined;
}
