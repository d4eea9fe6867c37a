import { type ManagedComponent, managedComponents } from "../../config/manage.ts";
import { recordedStacks } from "../recording/recorded.ts";
import { type Fixture, fixturesOf } from "./fixture.ts";

const { production, delivery } = await recordedStacks();
const platformStack = fixturesOf(production);
const deliveryStack = fixturesOf(delivery);

/**
 * The production stack and its delivery, as the programs declare them: what depends on values that the
 * vendors give, such as the connection strings, is unknown there.
 */
export function passingStack(): Fixture[] {
  return [...platformStack, ...deliveryStack];
}

/** The delivery alone. */
export function passingDelivery(): Fixture[] {
  return [...deliveryStack];
}

/** Names of the resources that a component declares, such as `errors`. */
export function componentParts(component: string): string[] {
  const urn = platformStack.find(({ name }) => name === component)?.urn;
  const parts = platformStack.filter(({ parent }) => parent !== undefined && parent === urn);
  if (parts.length === 0) throw new RangeError(`The stack has no component ${component}.`);
  return parts.map(({ name }) => name);
}

/** An object that is an input of a resource of the stack, at a path. */
export function objectAt(name: string, ...path: readonly string[]): Readonly<Record<string, unknown>> {
  const value = valueAt(name, path);
  if (typeof value !== "object" || value === null) throw missing(name, path, "object");
  return Object.fromEntries(Object.entries(value));
}

/** A text that is an input of a resource of the stack, at a path. */
export function textAt(name: string, ...path: readonly string[]): string {
  const value = valueAt(name, path);
  if (typeof value !== "string") throw missing(name, path, "text");
  return value;
}

function valueAt(name: string, path: readonly string[]): unknown {
  const props: unknown = passingStack().find((fixture) => fixture.name === name)?.props;
  return path.reduce((value, key) => Object(value)[key], props);
}

function missing(name: string, path: readonly string[], what: string): RangeError {
  return new RangeError(`The stack has no ${what} at ${path.join(".")} of ${name}.`);
}

/** The component that a resource belongs to, of those that somebody else may manage. */
export function componentOf(urn: string): ManagedComponent | undefined {
  const kind = /optropic:index:(\w+)/.exec(urn)?.[1] ?? "";
  const name = kind === "WebApp" ? "web" : `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;
  return managedComponents.find((component) => component === name);
}
