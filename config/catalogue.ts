import * as z from "zod";

/** One setting, or one section of settings, as the schema describes it. */
export interface CatalogueEntry {
  /** Names from the top-level key down. */
  readonly path: readonly string[];
  /** What is expected, completing the sentence "expected …". */
  readonly expected: string;
  readonly description: string;
  /** Ids of the checklist items that the setting serves. */
  readonly checklist: readonly string[];
  readonly required: boolean;
  /** Default of the setting, where it has one. */
  readonly fallback: unknown;
  /** Whether the entry holds others; its own value is then a mapping. */
  readonly section: boolean;
  /** Names that a mapping without fixed settings takes, such as CSP directives. */
  readonly names: readonly string[];
}

/** Every section and setting, in the order of the schema, sections before their settings. */
export function settingsCatalogue(schema: z.ZodObject): readonly CatalogueEntry[] {
  const known = catalogues.get(schema);
  if (known !== undefined) return known;
  const root = node.parse(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
  const catalogue = entriesOf(root, []);
  catalogues.set(schema, catalogue);
  return catalogue;
}

/** Made once for each schema: a schema does not change. */
const catalogues = new WeakMap<z.ZodObject, readonly CatalogueEntry[]>();

/** Names that the mapping at `path` takes: its settings, or the names it is limited to. */
export function namesAt(catalogue: readonly CatalogueEntry[], path: readonly string[]): readonly string[] {
  const names = catalogue
    .filter((entry) => isChild(entry.path, path))
    .map((entry) => entry.path.at(-1) ?? "");
  return names.length > 0 ? names : (catalogue.find((entry) => isSame(entry.path, path))?.names ?? []);
}

interface Node {
  properties?: Record<string, Node> | undefined;
  required?: string[] | undefined;
  propertyNames?: { names?: string[] | undefined } | undefined;
  items?: Node | undefined;
  enum?: (string | number)[] | undefined;
  type?: string | undefined;
  default?: unknown;
  expected?: string | undefined;
  description?: string | undefined;
  checklist?: string[] | undefined;
}

/** The part of a JSON Schema that is read here, with the metadata that config/*.ts adds. */
const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    properties: z.record(z.string(), node).optional(),
    required: z.array(z.string()).optional(),
    propertyNames: z.object({ names: z.array(z.string()).optional() }).optional(),
    items: node.optional(),
    enum: z.array(z.union([z.string(), z.number()])).optional(),
    type: z.string().optional(),
    default: z.unknown().optional(),
    expected: z.string().optional(),
    description: z.string().optional(),
    checklist: z.array(z.string()).optional(),
  }),
);

function entriesOf(parent: Node, path: readonly string[]): CatalogueEntry[] {
  return Object.entries(parent.properties ?? {}).flatMap(([name, child]) => {
    const entry: CatalogueEntry = {
      path: [...path, name],
      expected: expectedOf(child),
      description: child.description ?? "",
      checklist: child.checklist ?? [],
      required: parent.required?.includes(name) ?? false,
      fallback: child.default,
      section: child.properties !== undefined,
      names: child.propertyNames?.names ?? [],
    };
    return [entry, ...entriesOf(child, entry.path)];
  });
}

function expectedOf(child: Node): string {
  if (child.expected !== undefined) return child.expected;
  if (child.enum !== undefined) return alternatives(child.enum);
  if (child.type === "boolean") return "true or false";
  if (child.type === "array") return `a list, each ${child.items ? expectedOf(child.items) : "anything"}`;
  return child.type === "object" ? "a mapping" : "anything";
}

/** "a, b or c" */
export function alternatives(values: readonly unknown[]): string {
  const words = values.map(String);
  const last = words.pop() ?? "";
  return words.length === 0 ? last : `${words.join(", ")} or ${last}`;
}

function isChild(path: readonly string[], parent: readonly string[]): boolean {
  return path.length === parent.length + 1 && isSame(path.slice(0, -1), parent);
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}
