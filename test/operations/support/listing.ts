import { gunzipSync } from "node:zlib";
import type { Description } from "../../../operations/archive/manifest.ts";
import { unseal } from "../../../operations/archive/seal.ts";
import type { Holder } from "./operation.ts";
import type { TestStore } from "./store.ts";

/** What the list of a backup's objects says of its schemas. */
export async function listedIn(
  store: TestStore,
  dump: string,
  holder: Holder,
): Promise<Pick<Description, "objects" | "tables" | "sequences">> {
  const sealed = store.read(dump.replace(".dump.age", ".objects.age"));
  const chunks: Uint8Array[] = [];
  const plain = await unseal(
    (async function* () {
      yield sealed;
    })(),
    [holder.identity],
  );
  for await (const chunk of plain) chunks.push(chunk);
  const found: Pick<Description, "objects" | "tables" | "sequences"> = {
    objects: {},
    tables: {},
    sequences: {},
  };
  for (const line of gunzipSync(Buffer.concat(chunks)).toString("utf8").trimEnd().split("\n")) {
    const [side, { kind, name, ...rest }] = JSON.parse(line);
    if (side !== "own") continue;
    if (kind === "object") found.objects[name] = rest.definition;
    if (kind === "table") found.tables[name] = rest;
    if (kind === "sequence") found.sequences[name] = rest;
  }
  return found;
}
