import { backupCommand } from "./backup.ts";
import { runCommands } from "./run.ts";

// What the image of the scheduled job runs: `optropic backup`, with all that it needs in its environment.
await runCommands(process.argv.slice(2), [backupCommand()]);
