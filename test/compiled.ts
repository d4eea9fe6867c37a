import { join } from "node:path";

/** Folder of what Node.js has compiled for the tests. */
export const compiled = join(import.meta.dirname, "..", "node_modules", ".cache", "compiled-for-tests");
