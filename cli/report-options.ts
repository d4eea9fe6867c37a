import { type Command, Option } from "commander";
import { reportFormats } from "../preview/report/formats.ts";
import { collect } from "./collect.ts";

/** Adds the options that say how much of a judgment is shown, in which format and where. */
export function withReportOptions(command: Command): Command {
  return command
    .addOption(
      new Option("-f, --format <format>", "the output format (default: pretty)").choices(reportFormats),
    )
    .option(
      "-o, --output <file>",
      "write a file; its extension (.md, .sarif, .json, .xml, .txt) or --format decides the format; repeatable",
      collect,
      [],
    )
    .option("--resources", "show every resource, not only how many there are", false)
    .option("--policies", "show every policy, not only how many there are", false)
    .option("--items", "show every item of the checklist and what is known of it", false);
}
