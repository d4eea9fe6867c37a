import { pullRequest } from "./commands.ts";

await pullRequest(process.argv.slice(2));
