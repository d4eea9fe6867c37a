import { backupOperation } from "./operations/backup.ts";
import { runOptropic } from "./program.ts";

// The entry point of the scheduled job's image: `optropic backup`, configured by its environment alone.
await runOptropic(process.argv.slice(2), [backupOperation()]);
