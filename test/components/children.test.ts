import type { CustomResourceOptions } from "@pulumi/pulumi";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { answers } from "./context.ts";
import { every } from "./every.ts";
import { type RecordedResource, record } from "./recorder.ts";
import { childrenOf, componentFiles, descendants, resourcesMade, sources } from "./sources.ts";

const change = "changed by its transform";

/** A child that was made, with the keys of the transforms that changed it. */
interface Child {
  readonly resource: RecordedResource;
  readonly keys: readonly string[];
}

/** Every child of a component, each changed by the transform of its key. */
async function declareChanged(component: string): Promise<Child[]> {
  const children: Child[] = [];
  for (const declaration of every[component] ?? []) {
    const keys = new Map<string, string[]>();
    const transform = new Proxy<Record<string, never>>(
      {},
      { get: (_target, key) => changing(String(key), keys) },
    );
    const { resources } = await record((opts) => declaration(transform, opts), answers);
    for (const resource of resources) children.push({ resource, keys: keys.get(resource.name) ?? [] });
  }
  return children;
}

function changing(key: string, keys: Map<string, string[]>) {
  return (args: object, options: CustomResourceOptions, name: string): undefined => {
    keys.set(name, [...(keys.get(name) ?? []), key]);
    const [property] = Object.keys(args);
    if (property !== undefined) Reflect.set(args, property, change);
    options.retainOnDelete = true;
  };
}

test("the components are known", () => {
  expect(componentFiles).toEqual(Object.keys(every).sort());
});

test("every resource is made by way of its component's scope, which is where transforms apply", () => {
  const made = sources.flatMap(resourcesMade);
  expect(made.length).toBeGreaterThan(60);
  const byHand = made.filter(({ call }) => !/^\.\.\.\w+\.(child|named)\(/.test(argumentsOf(call)));
  expect(byHand.map(({ place }) => place)).toEqual([]);
});

test("every constructor ends by publishing the outputs", () => {
  const constructors = sources
    .filter(({ path }) => componentFiles.includes(path.replace(/\.ts$/, "")))
    .map(({ path, syntax }) => ({ path, found: descendants(syntax).find(ts.isConstructorDeclaration) }));
  expect(constructors.map(({ path, found }) => [path, found?.body?.statements.at(-1)?.getText()])).toEqual(
    componentFiles.map((component) => [`${component}.ts`, "this.publish(scope);"]),
  );
});

function argumentsOf({ arguments: given }: ts.NewExpression): string {
  return (given ?? ts.factory.createNodeArray()).map((argument) => argument.getText()).join(", ");
}

describe.each(componentFiles)("%s", async (component) => {
  const children = await declareChanged(component);

  test.each(childrenOf(component))("lets its user change %s", (key) => {
    const changed = children.filter(({ keys }) => keys.includes(key));
    expect(changed).not.toEqual([]);
    for (const { resource } of changed) {
      expect(JSON.stringify(resource.inputs)).toContain(change);
      expect(resource.options.retainOnDelete).toBe(true);
    }
  });

  test("makes no child that its user cannot change, nor by two keys", () => {
    expect(children.filter(({ keys }) => keys.length !== 1).map(({ resource }) => resource.name)).toEqual([]);
  });
});
