import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { compiled } from "./compiled.ts";

// Set-up of each worker of Vitest. Most of what tests load runs a few times, and V8 would spend a tenth of the
// processor time on optimizing it. Here it waits until a function was called ten times as often, as in the guests of a
// preview. Compiled code is of use only to a process with the same flags, so that what tests start has another folder.
if (process.env.NODE_COMPILE_CACHE === undefined) {
  if (process.versions.v8.startsWith("13.")) {
    for (const flag of [
      "--no-profile-guided-optimization",
      "--invocation-count-for-maglev=2000",
      "--invocation-count-for-maglev-with-delay=3000",
      "--invocation-count-for-turbofan=30000",
    ]) {
      setFlagsFromString(flag);
    }
  }
  enableCompileCache(join(compiled, "workers"));
  process.env.NODE_COMPILE_CACHE = compiled;
}
