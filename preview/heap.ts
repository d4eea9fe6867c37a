import { setFlagsFromString } from "node:v8";

/** A run of no more resources ends before its heap matters. */
const mostOfSmall = 256;

let collectsEarly = false;

/**
 * Has V8 collect early what a run of many resources kept for a while: it else lets a heap double before it looks. With
 * the flag from the start, V8 would take none of the code that Node.js has compiled of its own modules.
 */
export function makeRoomFor(resources: number): void {
  if (collectsEarly || resources <= mostOfSmall) return;
  collectsEarly = true;
  setFlagsFromString("--heap-growing-percent=40");
}
