import * as z from "zod";
import type { Access } from "../../../vendors/client.ts";
import type { VendorStates } from "../fake/platform.ts";

/** What a document says that a route answers, as far as it is read here: which fields must be there, and their words. */
export interface Documented {
  readonly shape: z.ZodType;
  /** Asks for it with the client of the vendor. */
  readonly ask: (access: Access) => Promise<unknown>;
  /** Gives the vendor on loopback what few platforms have. */
  readonly with?: (states: VendorStates) => void;
}

export type Documents = Readonly<Record<string, Documented>>;

export const text = z.string();
export const moment = z.iso.datetime({ offset: true });
export const word = (...words: readonly [string, ...string[]]) => z.enum(words);
export const maybe = <Shape extends z.ZodType>(shape: Shape) => shape.nullable();
export const either = <Shape extends z.ZodType>(shape: Shape) => shape.optional();
