import { findGoTool } from "./go-tool.ts";
import * as tools from "./go-tools.ts";

// Makes each tool ready and says where it is; one after another, since each build takes every core.
for (const tool of Object.values(tools)) console.log(await findGoTool(tool, process.env, console.error));
