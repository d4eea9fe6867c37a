import { type AnyValue, known, type Resource } from "../framework/index.ts";

/** Somebody whom a vendor may call, as a resource of the stack says. */
export interface Person {
  readonly resource: Resource;
  readonly address: string | undefined;
  readonly name: string | undefined;
}

/** Finds out who is meant by ids: one person may have several users, by another address or a tag in it. */
export class People {
  readonly #people: readonly Person[];

  constructor(people: readonly Person[]) {
    this.#people = people;
  }

  /** A text that two users have in common where they are one person; of an id that the stack does not declare, the id. */
  of(origin: Resource | string): string {
    const own = this.#people.find(({ resource }) => resource === origin || resource.id === origin);
    const first = own && this.#people.find((other) => isSame(other, own));
    return first?.resource.urn ?? (typeof origin === "string" ? origin : origin.urn);
  }
}

const isSame = (one: Person, other: Person): boolean =>
  one.resource === other.resource ||
  (one.address !== undefined && bare(one.address) === bare(other.address ?? "")) ||
  (plain(one.name) !== "" && plain(one.name) === plain(other.name));

/** An address without its tag: `ada+pager@optropic.example` is read by ada. */
const bare = (address: string): string =>
  address
    .trim()
    .toLowerCase()
    .replace(/\+[^@]*(?=@)/, "");

const plain = (name: string | undefined): string => (name ?? "").trim().toLowerCase().replace(/\s+/g, " ");

/**
 * The resources that ids come from, in the order of the ids: those that are not known yet come from the
 * dependencies, which have the same order. Undefined where it cannot be told which comes from which.
 */
export function originsOf<Origin extends Resource>(
  ids: readonly AnyValue[],
  sources: readonly Origin[],
): readonly (Origin | string)[] | undefined {
  const texts = ids.map((id) => (id.isUnknown ? undefined : (known(() => id.string()) ?? "")));
  const open = texts.filter((text) => text === undefined).length;
  const others = sources.filter((source) => source.id === undefined || !texts.includes(source.id));
  const [only] = others;
  if (open > 0 && others.length !== open && others.length !== 1) return undefined;
  let next = 0;
  return texts.flatMap((text) => {
    const source = text === undefined ? (others.length === 1 ? only : others[next++]) : text;
    return source === undefined ? [] : [source];
  });
}
