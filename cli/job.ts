import { backupCommand } from "./backup.ts";
import { runOptropic } from "./program.ts";

// What the image of the scheduled job runs: `optropic backup`, with all that it needs in its environment.
await runOptropic(process.argv.slice(2), [backupCommand()]);
