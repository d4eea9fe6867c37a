import type { AnyValue, Resource } from "../framework/index.ts";

/** A CAA record: who may issue certificates for a name. Each question may throw UnknownRead. */
export interface Issuer {
  readonly resource: Resource;
  /** The name that it is for, in full and in lower case. */
  readonly host: () => string | undefined;
  readonly tag: () => string;
  /** What the authority calls itself, without parameters; empty for nobody. */
  readonly authority: () => string;
  /** The parameters that leave out how hosts ask: an account of somebody else, or a method that is not by http. */
  readonly limits?: () => string | undefined;
  readonly at: AnyValue;
}

/** Takes apart what a record says in one text: `0 issue "letsencrypt.org; validationmethods=dns-01"`. */
export function readIssuer(text: string): { tag: string; authority: string; limits: string | undefined } {
  const [, tag = "", value = ""] = /^\s*\d+\s+(\w+)\s+"?([^"]*)"?\s*$/.exec(text) ?? [];
  return { tag: tag.toLowerCase(), authority: authorityIn(value), limits: limitsIn(value) };
}

/** Parameters of RFC 8657: hosts prove a name by http, with an account of their vendor's. */
export function limitsIn(value: string): string | undefined {
  return value
    .split(";")
    .slice(1)
    .map((parameter) => parameter.trim())
    .find((parameter) => {
      const [name = "", methods = ""] = parameter.toLowerCase().split("=");
      return (
        name === "accounturi" || (name === "validationmethods" && !methods.split(",").includes("http-01"))
      );
    });
}

export const authorityIn = (value: string): string => (value.split(";")[0] ?? "").trim().toLowerCase();
