import { adapters } from "../adapters/index.ts";
import type { Adapter } from "../model/adapter.ts";
import type { Policy } from "./policy.ts";
import type { Stack } from "./stack.ts";

/**
 * The fix of a policy for the vendor in use: where it names resources of vendors of which the stack has nothing, the
 * fix of one that it has.
 */
export function fixFor({ name, fix, title }: Pick<Policy, "name" | "fix" | "title">, stack: Stack): string {
  const named = adapters
    .flatMap((adapter) => {
      const places = (adapter.packages ?? []).map((one) => placeOf(fix, one)).filter((place) => place >= 0);
      return places.length === 0 ? [] : [{ adapter, place: Math.min(...places) }];
    })
    .toSorted((one, other) => one.place - other.place)
    .map(({ adapter }) => adapter);
  const [first] = named;
  if (first === undefined) {
    return fix;
  }
  const used = usedIn(stack);
  const isUsed = ({ packages }: Adapter) => packages?.some((one) => used.has(one)) === true;
  const others = adapters.filter((adapter) => adapter.fixes !== undefined && isUsed(adapter));
  if (isUsed(first) || others.length === 0) {
    return fix;
  }
  const own = others.flatMap(({ fixes }) => fixes?.[name] ?? [])[0];
  if (own !== undefined || named.some(isUsed) || !first.isReplaced) {
    return own ?? fix;
  }
  return `Declare at the vendors in use what is asked for: ${title}`;
}

const usedPackages = new WeakMap<Stack, ReadonlySet<string>>();

/** The packages of a stack, which are looked at for each objection. */
function usedIn(stack: Stack): ReadonlySet<string> {
  const known = usedPackages.get(stack);
  if (known !== undefined) return known;
  const used = new Set(
    stack.all().map(({ type }) => type.replace(/^pulumi:providers:/, "").split(":")[0] ?? ""),
  );
  usedPackages.set(stack, used);
  return used;
}

/** Where a text names a resource of a package, such as cloudflare.Ruleset; -1 where it names none. */
const placeOf = (text: string, name: string): number =>
  text.search(new RegExp(`\\b${name}\\.(?:[a-z]\\w*\\.)?[A-Z]`));
