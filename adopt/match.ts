import { type Belonging, importIdOf, type NaturalKey, naturalKeys } from "./keys.ts";
import { fullName, hostOf, isHostRecord } from "./records.ts";
import { type Declared, type Existing, textAt, textOf } from "./resources.ts";

export const zoneType = "cloudflare:index/zone:Zone";
export const recordType = "cloudflare:index/dnsRecord:DnsRecord";

/** What is there under the natural key of a declared resource. */
export interface Matches {
  readonly found: readonly Existing[];
  /** What may be it, where nothing is found under its very name. */
  readonly similar: readonly Existing[];
  /** Why that may be it. */
  readonly likeness?: string;
  /** Why none of it can be taken without a question. */
  readonly doubt?: string;
}

/** What something belongs to. */
export interface Place {
  /** Ids of what it may belong to; none where that is not there yet. */
  readonly ids: readonly string[];
  /** Whether it is the one id, or surely nothing. */
  readonly isSure: boolean;
}

export interface MatchOptions {
  readonly declared: readonly Declared[];
  readonly existing: readonly Existing[];
  /** What a person chose for a resource: an id, or `create`. */
  readonly answerOf: (declared: Declared) => string | undefined;
  /** What the state of the stack itself has of a resource. */
  readonly ownOf: (declared: Declared) => Existing | undefined;
}

/** Finds what is there of what is declared, by what people and vendors call it. */
export class Matcher {
  readonly #options: MatchOptions;
  readonly #index = new Map<string, Existing[]>();
  readonly #nameless = new Map<string, Existing[]>();
  readonly #hosts = new Map<string, Existing[]>();
  readonly #declared: ReadonlyMap<string, Declared>;
  readonly #declaredTypes: ReadonlyMap<string, readonly Declared[]>;
  readonly #types: ReadonlyMap<string, readonly Existing[]>;
  readonly #zones: ReadonlyMap<string, string | undefined>;
  readonly #places = new Map<string, Place>();
  readonly #matches = new Map<string, Matches>();

  constructor(options: MatchOptions) {
    this.#options = options;
    this.#declared = new Map(options.declared.map((one) => [one.urn, one]));
    this.#declaredTypes = Map.groupBy(options.declared, ({ type }) => type);
    this.#types = Map.groupBy(options.existing, ({ type }) => type);
    this.#zones = new Map(
      this.ofType(zoneType).map(({ id, properties }) => [id, textOf(properties, "name")]),
    );
    for (const one of options.existing) this.#add(one);
  }

  ofType(type: string): readonly Existing[] {
    return this.#types.get(type) ?? [];
  }

  /** What the program declares of a type. */
  declaredOf(type: string): readonly Declared[] {
    return this.#declaredTypes.get(type) ?? [];
  }

  /** What is there of a type and does not say what it is called: any of them may be it. */
  nameless(type: string): readonly Existing[] {
    return naturalKeys[type] === undefined ? this.ofType(type) : (this.#nameless.get(type) ?? []);
  }

  /** What a person chose, where it is among what is there. */
  chosen(declared: Declared): Existing | undefined {
    const answer = this.#options.answerOf(declared);
    if (answer === undefined) return undefined;
    return this.ofType(declared.type).find((one) => isImportedBy(one, answer));
  }

  of(declared: Declared): Matches {
    const known = this.#matches.get(declared.urn);
    if (known !== undefined) return known;
    const matches = this.#find(declared);
    this.#matches.set(declared.urn, matches);
    return matches;
  }

  /** Records of another type at the name of a declared one, beside which the vendor takes no other. */
  inTheWay(declared: Declared): readonly Existing[] {
    const { type, inputs = {} } = declared;
    const name = textOf(inputs, "name");
    if (type !== recordType || name === undefined || !isHostRecord(inputs)) return [];
    const zone = this.#zoneName(declared);
    const own = textOf(inputs, "type")?.toUpperCase();
    return this.#placeOf(declared, scopeOf(type))
      .ids.flatMap((id) => this.#hosts.get(JSON.stringify([id, fullName(name, zone)])) ?? [])
      .filter(({ properties }) => {
        const theirs = textOf(properties, "type")?.toUpperCase();
        return theirs !== own && (theirs === "CNAME" || own === "CNAME");
      });
  }

  /** What it belongs to; undefined where it belongs to nothing. */
  place(declared: Declared): Place | undefined {
    const scope = scopeOf(declared.type);
    return scope === undefined ? undefined : this.#placeOf(declared, scope);
  }

  #find(declared: Declared): Matches {
    const natural = naturalKeys[declared.type];
    const { inputs = {} } = declared;
    const key = natural?.key(inputs, { zone: this.#zoneName(declared) });
    if (natural === undefined || key === undefined) return { found: [], similar: [] };
    const place = natural.scope && this.#placeOf(declared, natural.scope);
    const at = (text: string): Existing[] =>
      (place?.ids ?? [""]).flatMap((id) => this.#index.get(placeKey(declared.type, id, text)) ?? []);
    const fitting = at(key).filter(({ properties }) => natural.fits?.(inputs, properties) ?? true);
    const closest = fitting.filter(({ properties }) => natural.closest?.(inputs, properties) ?? false);
    const found = fitting.length > 1 && closest.length > 0 ? closest : fitting;
    if (found.length === 0) return { found, ...this.#similar(declared, natural, at(looseKey(key))) };
    const doubt = this.#doubt(declared, natural, { found, place });
    return { found, similar: [], ...(doubt !== undefined && { doubt }) };
  }

  #similar(
    { type, inputs = {} }: Declared,
    { isName, isRare, marks }: NaturalKey,
    called: readonly Existing[],
  ): Pick<Matches, "similar" | "likeness"> {
    const own = new Set(marks?.(inputs));
    const marked = this.ofType(type).filter((one) => marks?.(one.properties).some((mark) => own.has(mark)));
    if (marked.length > 0) return { similar: marked, likeness: "it answers at the same host" };
    if (isName && called.length > 0) return { similar: called, likeness: "it is called nearly the same" };
    const others = isRare ? this.ofType(type).filter((one) => !this.#isTaken(one)) : [];
    return others.length === 0
      ? { similar: [] }
      : { similar: others, likeness: "there are others, and one of them may be it" };
  }

  /** Whether another declared resource is called as this one is there. */
  #isTaken(one: Existing): boolean {
    const natural = naturalKeys[one.type];
    const key = natural?.key(one.properties, { zone: undefined });
    const declared = this.#declaredTypes.get(one.type) ?? [];
    return declared.some(
      (other) =>
        this.#options.ownOf(other)?.id === one.id ||
        (key !== undefined && natural?.key(other.inputs ?? {}, { zone: undefined }) === key),
    );
  }

  #doubt(
    declared: Declared,
    { account, owner }: NaturalKey,
    { found, place }: { found: readonly Existing[]; place: Place | undefined },
  ): string | undefined {
    if (found.length === 0) return undefined;
    if (place?.isSure === false) return "what it belongs to is not known";
    const own = account && textAt(declared.inputs ?? {}, account);
    const isElsewhere = ({ properties }: Existing): boolean => {
      const theirs = account && textAt(properties, account);
      return own !== undefined && theirs !== undefined && own !== theirs;
    };
    if (found.some(isElsewhere)) return `it is in another account (${account})`;
    if (owner === undefined) return undefined;
    const { ids } = this.#placeOf(declared, owner);
    const isOwned = ({ properties }: Existing): boolean =>
      ids.includes(textOf(properties, owner.property) ?? "");
    return found.every(isOwned) ? undefined : "it belongs to something else there";
  }

  #placeOf(declared: Declared, belonging: Belonging | undefined): Place {
    if (belonging === undefined) return { ids: [], isSure: true };
    const stated = textOf(declared.inputs ?? {}, belonging.property);
    const parents = this.#parents(declared, belonging);
    if (parents.length === 0 && stated !== undefined) return { ids: [stated], isSure: true };
    const [parent] = parents;
    if (parent === undefined || parents.length > 1) {
      const all = this.ofType(belonging.type).flatMap((one) => referencesTo(one, belonging));
      return { ids: all, isSure: all.length === 0 };
    }
    const key = JSON.stringify([parent.urn, belonging.by]);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.#placeBy(parent, belonging);
    this.#places.set(key, place);
    return place;
  }

  #parents(declared: Declared, { type, property }: Belonging): readonly Declared[] {
    const { references } = declared;
    if (references === undefined) return this.#declaredTypes.get(type) ?? [];
    return (references.get(property) ?? []).flatMap((urn) => {
      const one = this.#declared.get(urn);
      return one?.type === type ? [one] : [];
    });
  }

  #placeBy(parent: Declared, belonging: Belonging): Place {
    const own = this.#options.ownOf(parent);
    if (own !== undefined) return { ids: referencesTo(own, belonging), isSure: true };
    const answer = this.#options.answerOf(parent);
    if (answer === "create") return { ids: [], isSure: true };
    const chosen = this.chosen(parent);
    if (chosen !== undefined) return { ids: referencesTo(chosen, belonging), isSure: true };
    if (answer !== undefined) return { ids: [answer.split("/").at(-1) ?? answer], isSure: true };
    const { found, similar, doubt } = this.of(parent);
    const ids = [...new Set([...found, ...similar].flatMap((one) => referencesTo(one, belonging)))];
    const isOne = new Set(found.map(({ id }) => id)).size === 1;
    if (ids.length > 0) return { ids, isSure: isOne && doubt === undefined };
    return parent.type === zoneType ? this.#strayZone(parent) : { ids: [], isSure: true };
  }

  /** A zone that nobody listed may be that of the program, where its records say so. */
  #strayZone({ inputs = {} }: Declared): Place {
    const zone = hostOf(textOf(inputs, "name") ?? "");
    const stray = (one: Existing): string[] => {
      const id =
        naturalKeys[one.type]?.scope?.type === zoneType ? textOf(one.properties, "zoneId") : undefined;
      return id === undefined || this.#zones.has(id) ? [] : [id];
    };
    const ids = [...new Set(this.#options.existing.flatMap(stray))];
    if (ids.length !== 1) return { ids, isSure: ids.length === 0 };
    const isOfZone = this.ofType(recordType).some(({ properties }) => {
      const host = hostOf(textOf(properties, "name") ?? "");
      return textOf(properties, "zoneId") === ids[0] && (host === zone || host.endsWith(`.${zone}`));
    });
    return { ids, isSure: isOfZone };
  }

  #zoneName({ type, references }: Declared): string | undefined {
    if (scopeOf(type)?.type !== zoneType) return undefined;
    const zones = this.#declaredTypes.get(zoneType) ?? [];
    const own = references?.get("zoneId")?.flatMap((urn) => this.#declared.get(urn) ?? []) ?? zones;
    const [zone] = own.filter((one) => one.type === zoneType);
    return zone && textOf(zone.inputs ?? {}, "name");
  }

  #add(one: Existing): void {
    const natural = naturalKeys[one.type];
    if (natural === undefined) return;
    const zone = this.#zones.get(textOf(one.properties, "zoneId") ?? "") ?? this.#onlyDeclaredZone();
    const key = natural.key(one.properties, { zone });
    if (key === undefined) {
      put(this.#nameless, one.type, one);
      return;
    }
    const place = natural.scope === undefined ? "" : (textOf(one.properties, natural.scope.property) ?? "");
    for (const text of new Set(natural.isName ? [key, looseKey(key)] : [key]))
      put(this.#index, placeKey(one.type, place, text), one);
    const name = textOf(one.properties, "name");
    if (one.type === recordType && name !== undefined && isHostRecord(one.properties))
      put(this.#hosts, JSON.stringify([place, fullName(name, zone)]), one);
  }

  /** A zone that nobody listed is looked at as that of the program, and is taken for it where its records say so. */
  #onlyDeclaredZone(): string | undefined {
    const [zone, ...others] = this.#declaredTypes.get(zoneType) ?? [];
    return zone === undefined || others.length > 0 ? undefined : textOf(zone.inputs ?? {}, "name");
  }
}

function put(map: Map<string, Existing[]>, key: string, one: Existing): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [one]);
  else known.push(one);
}

/** Whether an id that a person chose is that of a resource. */
function isImportedBy(one: Existing, answer: string): boolean {
  return one.id === answer || importIdOf(one) === answer;
}

function scopeOf(type: string): Belonging | undefined {
  return naturalKeys[type]?.scope;
}

/** What others say that they belong to it by: vendors take an id for a slug, too. */
function referencesTo({ id, properties }: Existing, { by }: Belonging): string[] {
  const named = by === undefined ? undefined : textOf(properties, by);
  return named === undefined || named === id ? [id] : [named, id];
}

function placeKey(type: string, place: string, key: string): string {
  return JSON.stringify([type, place, key]);
}

/** What remains of a name where nobody looks at its case, dashes and spaces. */
function looseKey(key: string): string {
  return `~${key
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s_.-]+/g, "")}`;
}
