import { exitStatus } from "../lib/exit.ts";
import { reasonOf } from "../lib/failure.ts";
import { findGoTool } from "./go-tool.ts";
import * as tools from "./go-tools.ts";
import { missingNeeds } from "./needs.ts";

/** Makes ready what the tests run, and says where it is: `npm run tools`, also before each `npm test`. */
const missing = missingNeeds(process.env);
if (missing !== undefined) {
  console.error(missing);
  process.exitCode = exitStatus.couldNotTell;
} else {
  try {
    // One after another, since each build takes every core.
    for (const tool of Object.values(tools)) {
      console.log(`${tool.name}: ${await findGoTool(tool, process.env, console.error)}`);
    }
  } catch (error) {
    console.error(reasonOf(error));
    process.exitCode = exitStatus.couldNotTell;
  }
}
