import { counted, listed } from "../../lib/text.ts";
import type { Item } from "../archive/items.ts";
import type { Manifest } from "../archive/manifest.ts";
import { placeOf } from "../archive/qualified-names.ts";
import type { Listing, Section, Sections } from "../archive/sections.ts";

/** A backup, of which a restore in place makes some of the companions as it makes the schemas. */
export interface Adopting {
  manifest: Manifest;
  listing: Listing;
  /** What was made besides, one sentence. */
  notes: string[];
}

/**
 * Counts those companions that the target lacks among the schemas of a backup. Either something in the schemas needs them,
 * such as the function of a trigger, or they would be missed afterwards, since they need the schemas. Those that only
 * hold an extension are made with it, and those that the target has stay as they are.
 *
 * @param missing the companions that the target lacks
 */
export async function adoptMissing(
  { manifest, listing }: { manifest: Manifest; listing: Listing },
  missing: readonly string[],
): Promise<Adopting> {
  if (missing.length === 0) return { manifest, listing, notes: [] };
  const filled = new Set<string>();
  for await (const { kind, name } of listing.items("around")) {
    if (kind === "object" && !name.startsWith("schema ")) filled.add(placeOf(name)?.schema ?? "");
  }
  const names = missing.filter((name) => filled.has(name));
  const isAdopted = ({ name }: { name: string }): boolean => names.includes(name);
  return {
    manifest: {
      ...manifest,
      schemas: [...manifest.schemas, ...manifest.companions.filter(isAdopted)],
      companions: manifest.companions.filter((companion) => !isAdopted(companion)),
    },
    listing: adoptingListing(listing, new Set(names), manifest),
    notes:
      names.length === 0
        ? []
        : [
            `${counted(names.length, "schema")} that the backup has besides (${listed(names, "and")}) ${names.length === 1 ? "was" : "were"} made: the target had none of that name.`,
          ],
  };
}

/** A listing in which what is in some of the companions is what must be in the schemas. */
function adoptingListing(
  listing: Listing,
  names: ReadonlySet<string>,
  { companionRows }: Pick<Manifest, "companionRows">,
): Listing {
  const isInside = (object: string): boolean => names.has(placeOf(object)?.schema ?? "");
  const isItemInside = ({ kind, name }: Item): boolean =>
    isInside(kind === "object" ? name : `${kind} ${name}`);
  const parts: { [S in Section]?: () => AsyncIterable<Sections[S]> } = {
    async *own() {
      yield* listing.items("own");
      for await (const item of listing.items("around")) {
        // The dump has the values of few of their sequences.
        const isRestored = item.kind !== "sequence" || Object.hasOwn(companionRows, item.name);
        if (isRestored && isItemInside(item)) yield item;
      }
    },
    async *around() {
      for await (const item of listing.items("around")) if (!isItemInside(item)) yield item;
    },
    async *dependent() {
      for await (const item of listing.items("dependent")) if (!isInside(item.name)) yield item;
    },
  };
  return {
    async *items(section) {
      yield* parts[section]?.() ?? listing.items(section);
    },
  };
}
