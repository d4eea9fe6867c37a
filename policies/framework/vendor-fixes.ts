import { adapters } from "../adapters/index.ts";
import type { Adapter } from "../model/adapter.ts";
import type { Policy } from "./policy.ts";
import type { Stack } from "./stack.ts";

/**
 * The fix of a policy for the vendors in use: what each of them calls it, after what holds for all; where the fix names
 * a resource of a vendor of which the stack has nothing, the fix of those that it has.
 */
export function fixFor({ name, fix, title }: Pick<Policy, "name" | "fix" | "title">, stack: Stack): string {
  const named = adapters
    .flatMap((adapter) => {
      const places = (adapter.packages ?? []).map((one) => placeOf(fix, one)).filter((place) => place >= 0);
      return places.length === 0 ? [] : [{ adapter, place: Math.min(...places) }];
    })
    .toSorted((one, other) => one.place - other.place)
    .map(({ adapter }) => adapter);
  const { used, running } = vendorsIn(stack);
  const isUsed = ({ packages }: Adapter) => packages?.some((one) => used.has(one)) === true;
  const others = adapters.filter((adapter) => adapter.fixes !== undefined && isUsed(adapter));
  const fixesOf = (vendors: readonly Adapter[]) =>
    vendors.flatMap(({ fixes }) => fixes?.[name] ?? []).join(" ");
  const [first] = named;
  if (first === undefined) {
    const own = fixesOf(others.filter((adapter) => running.has(adapter)));
    return own === "" ? fix : `${fix} ${own}`;
  }
  const own = fixesOf(others);
  if (isUsed(first) || others.length === 0) {
    return fix;
  }
  if (own !== "" || named.some(isUsed) || !first.isReplaced) {
    return own === "" ? fix : own;
  }
  return `Declare at the vendors in use what is asked for: ${title}`;
}

/** What a stack has of which vendor. */
interface Vendors {
  /** Packages of its resources. */
  readonly used: ReadonlySet<string>;
  /** Those of which it has more than the DNS or the backups, where they could run the application. */
  readonly running: ReadonlySet<Adapter>;
}

const known = new WeakMap<Stack, Vendors>();

/** The vendors of a stack, which are looked at for each objection. */
function vendorsIn(stack: Stack): Vendors {
  const answer = known.get(stack);
  if (answer !== undefined) return answer;
  const all = new Set(stack.all().map(({ type }) => type));
  const found: Vendors = {
    used: new Set([...all].map((type) => type.replace(/^pulumi:providers:/, "").split(":")[0] ?? "")),
    running: new Set(
      adapters.filter(
        ({ isPlatform }) => isPlatform === undefined || [...all].some((type) => isPlatform(type)),
      ),
    ),
  };
  known.set(stack, found);
  return found;
}

/** Where a text names a resource of a package, such as cloudflare.Ruleset; -1 where it names none. */
const placeOf = (text: string, name: string): number =>
  text.search(new RegExp(`\\b${name}\\.(?:[a-z]\\w*\\.)?[A-Z]`));
