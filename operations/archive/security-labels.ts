import { escapeIdentifier } from "pg";
import { listed } from "../../lib/text.ts";
import type { Attempt } from "./attempt.ts";
import type { Manifest } from "./manifest.ts";

/**
 * Finds the providers of security labels that a server has not loaded: it rejects their labels. Which provider a line
 * of a dump's contents is for, the line does not say, so all labels are left out then.
 */
export async function findMissingProviders(
  { labelProviders }: Pick<Manifest, "labelProviders">,
  attempt: Attempt,
): Promise<string[]> {
  const missing: string[] = [];
  for (const provider of labelProviders) {
    const statement = `security label for ${escapeIdentifier(provider)} on schema pg_catalog is null`;
    if (/is not loaded/.test((await attempt([statement])) ?? "")) missing.push(provider);
  }
  return missing;
}

/** Says that labels were left out; nothing when no provider is missing. */
export function labelNotes(missing: readonly string[]): string[] {
  if (missing.length === 0) return [];
  return [
    `No security label was restored: the server has not loaded the label provider ${listed(missing, "or")}.`,
  ];
}

/** The line of a security label. */
export function isLabel({ rest }: { rest: string }): boolean {
  return rest.startsWith("SECURITY LABEL ");
}
