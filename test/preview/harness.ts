import { join } from "node:path";
import {
  type PreviewDocument,
  PreviewError,
  type PreviewFailure,
  type PreviewOptions,
  preview,
} from "../../preview/index.ts";

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
): Promise<{ failure: PreviewFailure; message: string }> {
  try {
    await previewing;
  } catch (error) {
    if (!(error instanceof PreviewError)) throw error;
    return { failure: error.failure, message: error.message };
  }
  throw new Error("the preview succeeded");
}
