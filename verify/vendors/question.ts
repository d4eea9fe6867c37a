import type { Access } from "../../vendors/client.ts";
import { VendorProblem, type VendorReason } from "../../vendors/problem.ts";
import type { Context } from "../context.ts";
import { Shared } from "../shared.ts";
import { Unknown, type UnknownReason } from "../unknown.ts";

const reasons: Readonly<Record<VendorReason, UnknownReason>> = {
  "no-credential": "no-credential",
  "no-right": "no-right",
  "not-found": "no-data",
  conflict: "target-refused",
  "rate-limited": "rate-limited",
  "timed-out": "timed-out",
  "too-large": "too-large",
  "not-understood": "not-understood",
  unreachable: "target-refused",
};

/**
 * A question to a vendor that several probes have: the first of them asks, and all get the answer.
 *
 * @returns asks it, once for each name; it throws {@link Unknown} where there is no answer
 */
export function question<Answer>(
  ask: (context: Context, access: Access, name: string) => Promise<Answer>,
): (context: Context, name?: string) => Promise<Answer> {
  const answers = new Shared<Answer>();
  return (context, name = "") =>
    answers.of(context, name, async (own) => {
      try {
        return await ask(own, accessOf(own), name);
      } catch (error) {
        throw unknownOf(error);
      }
    });
}

/** How a probe asks vendors: within its time, with every answer in its digest. */
export function accessOf(context: Context): Access {
  return {
    environment: context.vendorEnvironment,
    clock: context.clock,
    limits: { requestMs: context.limits.requestMs, totalMs: context.limits.probeMs },
    signal: context.signal,
    record: (raw) => context.record(raw),
  };
}

/** Why nothing could be told, of a vendor's problem; any other error as it is. */
export function unknownOf(error: unknown): unknown {
  return error instanceof VendorProblem ? new Unknown(reasons[error.reason], error.message) : error;
}

/**
 * What a vendor has, or undefined where it has no such thing.
 *
 * @param visible asks for what stands above it: where the token cannot see that either, nothing can be told
 */
export async function present<Answer>(
  asked: Promise<Answer>,
  visible: () => Promise<unknown>,
): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof VendorProblem) || error.reason !== "not-found") throw error;
    await visible();
    return undefined;
  }
}
