import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { kebabCase } from "../../lib/text.ts";
import type { RecordedResource } from "../../test/recording/record.ts";
import { removed } from "./edits.ts";
import type { Mutation } from "./operators.ts";

const root = join(import.meta.dirname, "..", "..");

/** A property of an interface as the package declares it. */
interface Member {
  readonly isRequired: boolean;
  /** The interface of its value, or of the items of it. */
  readonly type: string | undefined;
}

type Shape = ReadonlyMap<string, Member>;

/**
 * Whether no program makes the mutant: it leaves out what the resource's package requires, at the top, where its
 * constructor throws, or deeper, where the program does not compile. The packages themselves say what that is.
 */
export function isImpossible({ type }: RecordedResource, { path, shown, to }: Mutation): boolean {
  // A document in a text is no business of the types.
  if (shown.length !== path.length) return false;
  const found = shapesOf(type);
  let shape: Shape | undefined = found?.args;
  for (const key of path.slice(0, -1)) {
    // An index of a list, or a name in a map of texts.
    if (/^\d+$/.test(key)) continue;
    shape = found?.shapes.get(shape?.get(key)?.type ?? "");
    if (shape === undefined) return false;
  }
  const last = path.at(-1) ?? "";
  if (to === removed) return !/^\d+$/.test(last) && shape?.get(last)?.isRequired === true;
  const isEmptied =
    typeof to === "object" && to !== null && !Array.isArray(to) && Object.keys(to).length === 0;
  const inner = /^\d+$/.test(last) ? shape : found?.shapes.get(shape?.get(last)?.type ?? "");
  return isEmptied && inner !== undefined && [...inner.values()].some(({ isRequired }) => isRequired);
}

/** Whether others are made from a resource: a program that leaves it out has nothing to make them from. */
export const isUsed = ({ urn }: RecordedResource, resources: readonly RecordedResource[]): boolean =>
  resources.some((one) => Object.values(one.propertyDependencies).some((urns) => urns.includes(urn)));

interface Declared {
  readonly parent: string;
  readonly own: Shape;
}

type Interfaces = ReadonlyMap<string, Declared>;

const known = new Map<string, { args: Shape; shapes: ReadonlyMap<string, Shape> } | undefined>();
const read = new Map<string, Interfaces>();

function shapesOf(token: string) {
  if (!known.has(token)) known.set(token, load(token));
  return known.get(token);
}

function load(token: string) {
  const [vendor = "", module = "", name = ""] = token.split(":");
  const folder = module.split("/")[0] ?? "";
  const place = folder === "index" ? "" : folder;
  const isOwn = ["render", "sentry", "supabase"].includes(vendor);
  const file = isOwn ? `${kebabCase(name)}.ts` : `${name.charAt(0).toLowerCase()}${name.slice(1)}.d.ts`;
  const base = isOwn ? join(root, "sdks", vendor) : join(root, "node_modules", "@pulumi", vendor);
  const types = isOwn ? ["types.ts", "alert-types.ts", "service-args.ts"] : [join("types", "input.d.ts")];
  const all: Interfaces = new Map(
    [...types, join(place, file)].flatMap((path) => [...interfacesOf(join(base, path))]),
  );
  const shapes = new Map([...all.keys()].map((key) => [key, whole(all, key)]));
  const args = shapes.get(`${name}Args`);
  return args && { args, shapes };
}

/** Members of an interface, with those of what it extends. */
function whole(all: Interfaces, name: string): Shape {
  const found = all.get(name);
  return new Map(found === undefined ? [] : [...whole(all, found.parent), ...found.own]);
}

/** Interfaces of a file by name; none where there is no such file. */
function interfacesOf(file: string): Interfaces {
  const before = read.get(file);
  if (before !== undefined) return before;
  const plain = existsSync(file) ? readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\//g, "") : "";
  const found = new Map<string, Declared>();
  for (const [, name = "", parent = "", body = ""] of plain.matchAll(
    /^\s*(?:export )?interface (\w+)(?: extends (\w+))? \{([\s\S]*?)^ {0,4}\}$/gm,
  )) {
    found.set(name, { parent, own: new Map(members(body)) });
  }
  read.set(file, found);
  return found;
}

/** Members on one line each: a map has no interface of its own to look into. */
function members(body: string): [string, Member][] {
  return [...body.matchAll(/^\s*(?:readonly )?(\w+)(\??): ([^\n]*);$/gm)].map(
    ([, name = "", optional = "", type = ""]) => [
      name,
      {
        isRequired: optional === "",
        type: /(?:inputs\.(?:\w+\.)?|Input<)([A-Z]\w+)/.exec(type.replaceAll("pulumi.Input<", "Input<"))?.[1],
      },
    ],
  );
}
