/** What a property holds, as far as its declaration says it. */
export interface Field {
  readonly isList: boolean;
  /** Its keys are names that a person chose. */
  readonly isMap: boolean;
  /** It takes values of any type. */
  readonly isAny: boolean;
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
  const { body, above } = interfaceOf(name, declarations);
  const fields: Record<string, Field> = {};
  for (const base of above) {
    const place = interfaceOf(base, declarations).body.length > 0 ? declarations : nested;
    if (base !== name) Object.assign(fields, fieldsOf(base, place, nested));
  }
  for (const line of body) {
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
  const alias = mentioned && new RegExp(`^export type ${mentioned} = ([^;]+);`, "m").exec(nested)?.[1];
  if (alias !== undefined && !new RegExp(`\\b${mentioned}\\b`).test(alias)) {
    const field = fieldOf(alias, nested);
    return { ...field, isList: field.isList || type.includes("[]"), isMap: field.isMap || isMap(type) };
  }
  let read: Fields | undefined;
  return {
    isList: type.includes("[]"),
    isMap: isMap(type),
    isAny: /^(?:pulumi\.Input<)?any\b(?!\[)/.test(type),
    fields:
      mentioned === undefined
        ? undefined
        : () => {
            read ??= fieldsOf(mentioned, nested, nested);
            return read;
          },
  };
}

function isMap(type: string): boolean {
  return type.includes("[key: string]") || type.includes("Record<");
}

/** Names in a type that are no type of the provider's own. */
const plain = new Set([
  "pulumi.Input",
  "pulumi.Output",
  "pulumi.ID",
  "Out",
  "Input",
  "Record",
  "Array",
  "Partial",
]);

/** Types that an interface extends, or that another name stands for. */
function namesIn(types = ""): string[] {
  return [...types.matchAll(/[A-Z]\w*/g)].flatMap(([one]) => (plain.has(one) ? [] : one));
}

/** The lines between the braces of an interface and the names of those that it extends; none where it is not declared. */
function interfaceOf(name: string, declarations: string): { body: string[]; above: string[] } {
  const steps = name.split(".");
  let at = 0;
  for (const namespace of steps.slice(0, -1)) {
    at = declarations.indexOf(`namespace ${namespace} {`, at);
    if (at < 0) return { body: [], above: [] };
  }
  const start = new RegExp(`^([ \\t]*)(?:export )?interface ${steps.at(-1)} (?:extends ([^{]*))?\\{\\n`, "m");
  const match = start.exec(at === 0 ? declarations : declarations.slice(at));
  if (match === null) {
    const alias = new RegExp(`^export type ${steps.at(-1)} = ([^;{]+);`, "m").exec(declarations)?.[1];
    return { body: [], above: namesIn(alias) };
  }
  const from = at + match.index + match[0].length;
  const end = declarations.indexOf(`\n${match[1]}}`, from);
  return {
    body: declarations.slice(from, end < 0 ? undefined : end).split("\n"),
    above: namesIn(match[2]),
  };
}
