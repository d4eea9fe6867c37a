/** A name with its schema, as it is stored. */
export interface QualifiedName {
  schema: string;
  name: string;
}

/**
 * Reads a name with its schema, as the server quotes it: `app.orders` or `"Odd schema"."Order"`.
 *
 * @returns undefined when it is none, such as a name without a schema
 */
export function parseQualified(text: string): QualifiedName | undefined {
  const match = /^(?:"((?:[^"]|"")+)"|([^".]+))\.(?:"((?:[^"]|"")+)"|([^".]+))$/.exec(text);
  if (match === null) return undefined;
  const [, quotedSchema, schema, quotedName, name] = match;
  return {
    schema: quotedSchema?.replaceAll('""', '"') ?? schema ?? "",
    name: quotedName?.replaceAll('""', '"') ?? name ?? "",
  };
}

/** Names with their schemas that are looked up. */
export class QualifiedNames {
  readonly #inSchemas = new Map<string, Set<string>>();

  constructor(names: Iterable<QualifiedName>) {
    for (const { schema, name } of names) {
      const inSchema = this.#inSchemas.get(schema);
      if (inSchema === undefined) this.#inSchemas.set(schema, new Set([name]));
      else inSchema.add(name);
    }
  }

  has({ schema, name }: QualifiedName): boolean {
    return this.#inSchemas.get(schema)?.has(name) === true;
  }
}

/** A name as a dump's table of contents has it. */
export function oneLine(name: string): string {
  return name.replaceAll(/[\n\r]/g, " ");
}

/** What an object of a description is in: its schema, and the table or domain where it belongs to one. */
export interface Place {
  schema: string;
  /** What comes after the schema: the name of the object, or of its table. */
  rest: string;
  /** The first word of what the object is, such as `table`. */
  kind: string;
  /** The object's own name where it belongs to a table. */
  part: string | undefined;
}

/**
 * Finds where an object is by its name in a description, such as `constraint positive of app.orders`. Names that need
 * quotes may hold any of these words.
 */
export function placeOf(object: string): Place | undefined {
  const kind = object.slice(0, object.indexOf(" "));
  // Quoted names become as many letters, so that positions stay.
  const masked = object.replaceAll(/"(?:[^"]|"")*"/g, (quoted) => "q".repeat(quoted.length));
  if (kind === "schema")
    return { schema: unquoted(object.slice("schema ".length)), rest: "", kind, part: undefined };
  const inSchema = kind === "default" ? /^default privileges of .* in (\S+) on /.exec(masked) : null;
  if (inSchema !== null) {
    const start = masked.lastIndexOf(" in ") + " in ".length;
    const end = masked.lastIndexOf(" on ");
    return { schema: unquoted(object.slice(start, end)), rest: "", kind, part: undefined };
  }
  const isPart = /^(?:constraint|trigger|policy|rule)$/.test(kind);
  const before = isPart ? Math.max(masked.lastIndexOf(" of "), masked.lastIndexOf(" on ")) + 1 : 0;
  const dotted = /(?:^| )([^ .(]+)\.(\S.*)$/s.exec(masked.slice(before));
  if (dotted === null) return undefined;
  const [all, schema = "", rest = ""] = dotted;
  const at = masked.length - all.length + (all.startsWith(" ") ? 1 : 0);
  const part = isPart ? unquoted(object.slice(kind.length + 1, before - 1)) : undefined;
  return {
    schema: unquoted(object.slice(at, at + schema.length)),
    rest: object.slice(object.length - rest.length),
    kind,
    part,
  };
}

/** A name without the quotes that the server puts around some. */
export function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
