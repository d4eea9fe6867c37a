import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Bytes of the young generation that are enough. */
const enough = 8 * 1024 * 1024;

const lookMs = 25;

let isBound = false;

/**
 * Has V8 collect early. Its young generation else grows to 128 MiB where much is read and nothing is kept, which is most
 * of the memory that streaming needs, and the old one doubles before it is looked at. V8 reads the limit of the young one
 * only at the start of the process, where no code of ours runs, but each time by how much it is to grow.
 */
export function keepHeapSmall(): void {
  if (isBound) return;
  isBound = true;
  setFlagsFromString("--heap-growing-percent=40");
  // It has grown when the modules were loaded, and work that does not pause for a timer would let it grow on.
  if (stopGrowing()) return;
  const timer = setInterval(() => {
    if (stopGrowing()) clearInterval(timer);
  }, lookMs);
  timer.unref();
}

/** @returns whether the young generation has grown enough, and no longer grows */
function stopGrowing(): boolean {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
  if (young !== undefined && young.space_size < enough) return false;
  setFlagsFromString("--semi-space-growth-factor=1");
  return true;
}
