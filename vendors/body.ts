import { formatBytes } from "../lib/units.ts";
import { VendorProblem } from "./problem.ts";

/**
 * Reads the body of an answer, unpacked, up to a bound.
 *
 * @throws {VendorProblem} `too-large`
 */
export async function readBody(response: Response, mostBytes: number, asked: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (size > mostBytes) {
      throw new VendorProblem("too-large", `${asked}: the answer is larger than ${formatBytes(mostBytes)}`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
