/** What a property holds, as far as its declaration says it. */
export interface Field {
  readonly isList: boolean;
  /** Its keys are names that a person chose. */
  readonly isMap: boolean;
  /** Properties of the objects that it holds; undefined for plain values. */
  readonly fields: (() => Fields) | undefined;
}

export type Fields = Readonly<Record<string, Field>>;

/**
 * Reads the properties of an interface from the declarations of a provider's package.
 *
 * @param name of the interface, without or with its namespaces, such as `alerting.ContactPointEmail`
 * @param declarations where it stands
 * @param nested where the types stand that it mentions
 * @returns nothing for an interface that is not there
 */
export function fieldsOf(name: string, declarations: string, nested: string): Fields {
  const fields: Record<string, Field> = {};
  for (const line of bodyOf(name, declarations)) {
    const match = /^\s*(?:readonly )?["']?(\w+)["']?\??: (.+?);?$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    fields[match[1]] = fieldOf(match[2], nested);
  }
  return fields;
}

function fieldOf(type: string, nested: string): Field {
  const mentioned = [...type.matchAll(/(?<![\w.])(?:inputs\.|outputs\.)?((?:[a-z]\w*\.)*[A-Z]\w*)/g)]
    .flatMap(([, name]) => name ?? [])
    .find((name) => !plain.has(name));
  let read: Fields | undefined;
  return {
    isList: type.includes("[]"),
    isMap: type.includes("[key: string]") || type.includes("Record<"),
    fields:
      mentioned === undefined
        ? undefined
        : () => {
            read ??= fieldsOf(mentioned, nested, nested);
            return read;
          },
  };
}

/** Names in a type that are no type of the provider's own. */
const plain = new Set(["pulumi.Input", "pulumi.Output", "pulumi.ID", "Out", "Input", "Record", "Array"]);

/** The lines between the braces of an interface; none where it is not declared. */
function bodyOf(name: string, declarations: string): string[] {
  const steps = name.split(".");
  let at = 0;
  for (const namespace of steps.slice(0, -1)) {
    at = declarations.indexOf(`namespace ${namespace} {`, at);
    if (at < 0) return [];
  }
  const start = new RegExp(`^([ \\t]*)(?:export )?interface ${steps.at(-1)} (?:extends [^{]*)?\\{\\n`, "m");
  const match = start.exec(at === 0 ? declarations : declarations.slice(at));
  if (match === null) return [];
  const from = at + match.index + match[0].length;
  const end = declarations.indexOf(`\n${match[1]}}`, from);
  return declarations.slice(from, end < 0 ? undefined : end).split("\n");
}
