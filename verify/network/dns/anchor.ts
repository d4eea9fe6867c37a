import type { DsData } from "dns-packet";
import { Failure } from "../../../lib/failure.ts";
import { canonicalName } from "./message.ts";

/** A key that is trusted without a signature over it. */
export interface TrustAnchor {
  /** Its zone; empty for the root. */
  readonly zone: string;
  readonly ds: DsData;
}

const form =
  /^(?<zone>\S+)\s+(?:\d+\s+)?(?:IN\s+)?DS\s+(?<tag>\d{1,5})\s+(?<algorithm>\d{1,3})\s+(?<type>\d{1,3})\s+(?<digest>[0-9a-f\s]{40,200})$/i;

/** The keys of the root zone that IANA published in 2017 and in 2024 (data.iana.org/root-anchors). */
export const rootAnchors: readonly TrustAnchor[] = parseAnchors(
  `. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
   . IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16`,
);

/**
 * Reads trust anchors in the form of a zone file: one DS record a line, `;` before a comment.
 *
 * @throws {Failure} `refused`
 */
export function parseAnchors(text: string): TrustAnchor[] {
  const anchors = text
    .split(/\r?\n/)
    .map((line) => line.replace(/;.*/, "").trim())
    .filter((line) => line !== "")
    .map((line) => {
      const found = form.exec(line)?.groups;
      if (found === undefined) {
        throw new Failure("refused", `A trust anchor must be a DS record such as ". IN DS 20326 8 2 E06D…"`);
      }
      const { zone = "", tag, algorithm, type, digest = "" } = found;
      return {
        zone: canonicalName(zone),
        ds: {
          keyTag: Number(tag),
          algorithm: Number(algorithm),
          digestType: Number(type),
          digest: Buffer.from(digest.replaceAll(/\s/g, ""), "hex"),
        },
      };
    });
  if (anchors.length === 0) throw new Failure("refused", "There is no DS record among the trust anchors");
  return anchors;
}
