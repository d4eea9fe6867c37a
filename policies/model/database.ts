import type { Resource, Verdict } from "../framework/index.ts";

/** A database of any vendor. Each question may throw UnknownRead. */
export interface Database {
  readonly resource: Resource;
  /** Whether nobody can delete it by mistake. */
  readonly isProtected: () => boolean;
  /** Whether its region is chosen, and one that the vendor offers. */
  readonly region: () => Verdict;
  /** Whether only named networks reach it. */
  readonly network: () => Verdict;
  /** How far recovery to a point in time reaches back. */
  readonly recovery: () => Recovery;
  /** Whether what it runs on allows that recovery. */
  readonly compute: () => Verdict;
  /** Whether it refuses connections without TLS. */
  readonly refusesPlaintext: () => Verdict;
  /** Whether its connections are pooled. */
  readonly pooler: () => Verdict;
  /** Most connections that the pooler opens for one role, where it is declared. */
  readonly poolSize?: () => number | undefined;
  /** Whether its vendor puts a pooler before it, through which applications connect. */
  readonly isPooled?: true;
  /** Whether statements stay out of its log. */
  readonly quiet: () => Verdict;
}

/** The days that recovery reaches back, or what is wrong with it. */
export type Recovery = { readonly days: number; readonly lossMinutes: number } | { readonly fault: Verdict };
