import type { AnyValue, Resource } from "../framework/index.ts";

/** A CAA record: who may issue certificates for a name. Each question may throw UnknownRead. */
export interface Issuer {
  readonly resource: Resource;
  /** The name that it is for, in full and in lower case. */
  readonly host: () => string | undefined;
  readonly tag: () => string;
  /** What the authority calls itself, without parameters; empty for nobody. */
  readonly authority: () => string;
  readonly at: AnyValue;
}

/** Takes apart what a record says in one text: `0 issue "letsencrypt.org; validationmethods=dns-01"`. */
export function readIssuer(text: string): { tag: string; authority: string } {
  const [, tag = "", value = ""] = /^\s*\d+\s+(\w+)\s+"?([^"]*)"?\s*$/.exec(text) ?? [];
  return { tag: tag.toLowerCase(), authority: authorityIn(value) };
}

export const authorityIn = (value: string): string => (value.split(";")[0] ?? "").trim().toLowerCase();
