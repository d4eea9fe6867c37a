import type { Resource, Verdict } from "../framework/index.ts";

/** A credential of a vendor's API that the stack makes. Each question may throw UnknownRead. */
export interface ApiToken {
  readonly resource: Resource;
  /** Whether the vendor takes it, and it may do anything at all. */
  readonly isGood: (now: number) => Verdict;
  /** Whether it reaches more than the objects of named buckets; absent where it is not for buckets. */
  readonly isWide?: () => boolean;
  /** Whether what has it may write to the store of a bucket; absent where it is not for buckets. */
  readonly opens?: (bucket: TokenBucket) => Verdict;
}

/** A bucket as a token names it. Each question may throw UnknownRead. */
export interface TokenBucket {
  readonly resource: Resource;
  readonly account: () => string | undefined;
  readonly jurisdiction: () => string;
  readonly name: () => string | undefined;
}
