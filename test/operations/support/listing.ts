import { gunzipSync } from "node:zlib";
import type { Description } from "../../../operations/archive/manifest.ts";
import { unseal } from "../../../operations/archive/seal.ts";
import type { Listing, Section, Sections } from "../../../operations/archive/sections.ts";
import type { Holder } from "./operation.ts";
import type { TestStore } from "./store.ts";

/** A listing of these items. */
export function listingOf(parts: { readonly [S in Section]?: readonly Sections[S][] }): Listing {
  return {
    async *items(section) {
      yield* parts[section] ?? [];
    },
  };
}

/** What the list of a backup's objects says of its schemas. */
export async function listedIn(
  store: TestStore,
  dump: string,
  holder: Holder,
): Promise<Pick<Description, "objects" | "tables" | "sequences">> {
  const found: Pick<Description, "objects" | "tables" | "sequences"> = {
    objects: {},
    tables: {},
    sequences: {},
  };
  for (const [section, { kind, name, ...rest }] of await linesIn(store, dump, holder)) {
    if (section !== "own") continue;
    if (kind === "object") found.objects[name] = rest.definition;
    if (kind === "table") found.tables[name] = rest;
    if (kind === "sequence") found.sequences[name] = rest;
  }
  return found;
}

/** The lines of the list of a backup's objects. */
export async function linesIn(store: TestStore, dump: string, holder: Holder) {
  const sealed = store.read(dump.replace(".dump.age", ".objects.age"));
  const chunks: Uint8Array[] = [];
  const plain = await unseal(
    (async function* () {
      yield sealed;
    })(),
    [holder.identity],
  );
  for await (const chunk of plain) chunks.push(chunk);
  const lines = gunzipSync(Buffer.concat(chunks)).toString("utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}
