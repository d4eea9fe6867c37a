import { join } from "node:path";
import { Failure, type FailureKind } from "../../lib/failure.ts";
import { type PreviewDocument, type PreviewOptions, preview } from "../../preview/index.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures");

export function program(name: string): string {
  return join(fixtures, "programs", name);
}

export function pack(name: string): string {
  return join(fixtures, "packs", name);
}

/** Previews a fixture program, in its stack `dev` and within 50 s unless told otherwise. */
export function previewOf(
  name: string,
  packs: readonly string[] = [],
  options: Partial<PreviewOptions> = {},
): Promise<PreviewDocument> {
  return preview({
    cwd: program(name),
    stack: "dev",
    policyPacks: packs.map(pack),
    timeoutMs: 50_000,
    ...options,
  });
}

/** Why a preview could not tell. */
export async function failureOf(
  previewing: Promise<unknown>,
): Promise<{ failure: FailureKind; message: string }> {
  try {
    await previewing;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { failure: error.kind, message: error.message };
  }
  throw new Error("the preview succeeded");
}
