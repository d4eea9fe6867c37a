import { eachAtOnce } from "../../lib/at-once.ts";
import { Failure, reasonOf } from "../../lib/failure.ts";

/** A resource that a vendor's API told of, in the words of the vendor's Terraform provider. */
export interface LiveResource {
  /** Such as `cloudflare_dns_record`. */
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Paths of what was not asked for, because it is a secret. */
  readonly withheld?: readonly (readonly string[])[];
}

/** What could not be read: there may be any number of these, and nothing is known of them. */
export interface Gap {
  readonly vendor: string;
  readonly types: readonly string[];
  /** What it is, such as `DNS records of example.com`. */
  readonly what: string;
  readonly why: string;
  /** Nobody asks for it here, whatever the token may read. */
  readonly unasked?: true;
  /** What is known of each, such as the zone that it belongs to. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** The plan that an account or a zone has. */
export interface VendorPlan {
  readonly vendor: string;
  readonly of: string;
  /** Undefined where the vendor does not say, or not to this token. */
  readonly plan: string | undefined;
}

export interface Inventory {
  readonly resources: readonly LiveResource[];
  readonly gaps: readonly Gap[];
  readonly plans: readonly VendorPlan[];
}

/** What is read of one vendor: each thing that cannot be read becomes a gap, and the rest goes on. */
export class Reading {
  readonly resources: LiveResource[] = [];
  readonly gaps: Gap[] = [];
  readonly plans: VendorPlan[] = [];
  readonly vendor: string;

  constructor(vendor: string) {
    this.vendor = vendor;
  }

  add(resource: LiveResource): void {
    this.resources.push(resource);
  }

  addPlan(of: string, plan: string | null | undefined): void {
    this.plans.push({ vendor: this.vendor, of, plan: plan ?? undefined });
  }

  leave(gap: Omit<Gap, "vendor">): void {
    this.gaps.push({ vendor: this.vendor, ...gap });
  }

  /** What the vendor may have and is never asked for. */
  leaveUnasked(gap: Omit<Gap, "vendor" | "why" | "unasked">): void {
    this.leave({ ...gap, why: "optropic does not ask for it", unasked: true });
  }

  /** @returns undefined where it cannot be read, which is then a gap */
  async read<Answer>(
    of: Omit<Gap, "vendor" | "why">,
    ask: () => Promise<Answer>,
  ): Promise<Answer | undefined> {
    try {
      return await ask();
    } catch (error) {
      // An id of an answer may be no part of a path.
      if (!(error instanceof Failure) && !(error instanceof RangeError)) throw error;
      this.leave({ ...of, why: reasonOf(error) });
      return undefined;
    }
  }
}

/** @returns undefined where it cannot be read, of which nothing else depends */
export async function readOptional<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Failure || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Things that are asked for one by one, at most this many of them. */
const mostParts = 200;
const atOnce = 4;

/**
 * Does something for each part, a few at a time.
 *
 * @param left is told how many there are beyond the most that are asked for
 */
export async function forEachPart<Part>(
  parts: readonly Part[],
  read: (part: Part) => Promise<void>,
  left: (count: number) => void,
): Promise<void> {
  if (parts.length > mostParts) left(parts.length - mostParts);
  await eachAtOnce(parts.slice(0, mostParts), atOnce, read);
}
