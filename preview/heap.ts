import { setFlagsFromString } from "node:v8";

/** By how many percent a heap grows until V8 collects what was kept for a while, by the resources from which on it does. */
const growth: readonly [resources: number, percent: number][] = [
  [10_000, 25],
  [257, 40],
];

let percent: number | undefined;

/**
 * Has V8 collect early what a run of many resources kept for a while: it else lets a heap double before it looks. A run
 * of few ends before its heap matters, and with the flag from the start, V8 would take none of the code that Node.js has
 * compiled of its own modules.
 */
export function makeRoomFor(resources: number): void {
  const [, wanted] = growth.find(([count]) => resources >= count) ?? [];
  if (wanted === undefined || (percent !== undefined && percent <= wanted)) return;
  percent = wanted;
  setFlagsFromString(`--heap-growing-percent=${wanted}`);
}
