import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Bytes of the young generation that are enough: each half has as many as V8 gave it by default until Node.js 22. */
const enough = 16 * 1024 * 1024;

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
  const timer = setInterval(() => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
    if (young !== undefined && young.space_size < enough) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    clearInterval(timer);
  }, lookMs);
  timer.unref();
}
