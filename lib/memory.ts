import { setFlagsFromString } from "node:v8";

/**
 * Has V8 collect early. Its young generation else grows to 128 MiB where much is read and nothing is kept, which is most
 * of the memory that streaming needs, and the old one doubles before it is looked at. V8 reads the limit of the young one
 * only at the start of the process, where no code of ours runs, but each time by how much it is to grow: what it has by
 * then, some 4 MiB before modules are loaded, it keeps.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--heap-growing-percent=40");
  setFlagsFromString("--semi-space-growth-factor=1");
}
