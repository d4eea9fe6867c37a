import { Command, Option } from "commander";
import type { ReportDocument } from "../evidence/report/document.ts";
import { type CommandOptions, runCommand } from "../lib/command.ts";
import { Failure } from "../lib/failure.ts";
import { jsonLine } from "../lib/json.ts";
import { type DecisionFlags, decisionOptions } from "./evidence/options.ts";
import { checkWritable, writeOutput } from "./output.ts";

const formats = ["html", "markdown", "json", "junit", "sarif", "oscal", "vsa", "pretty"] as const;

type Format = (typeof formats)[number];

interface ReportFlags extends DecisionFlags {
  format?: Format;
  output?: string;
  color: boolean;
  /** All of it has to fit the rows of the terminal. */
  oneScreen?: boolean;
}

const exits = "Exit status: 0 go, 1 something does not hold, 2 something is not known.";

/** Rows of a terminal that does not say how many it has. */
const terminalRows = 24;

/** `optropic report`: the decision with all that it stands on. */
export function reportCommand(): Command {
  const command = decisionCommand(
    "report",
    "Shows the state of all items from the evidence, go or no-go, and what would make it go.",
  );
  return command
    .addOption(
      new Option(
        "-f, --format <format>",
        "the output format (default: by the file's extension, else pretty)",
      ).choices(formats),
    )
    .option(
      "-o, --output <file>",
      "write a file instead of printing: .html, .md, .json, .xml, .sarif, .oscal.json, .vsa.json or .txt",
    )
    .option("--no-color", "print without colors")
    .addHelpText("after", `\nExample:\n  $ optropic report --output report.html\n\n${exits}`)
    .action((flags: ReportFlags) => run(flags, printed));
}

/** `optropic status`: the decision on one screen. */
export function statusCommand(): Command {
  const command = decisionCommand(
    "status",
    "Shows the decision on one screen: a line for each section, then what blocks.",
  );
  return command
    .option("--no-color", "print without colors")
    .addHelpText("after", `\nExample:\n  $ optropic status --stack production\n\n${exits}`)
    .action((flags: ReportFlags) =>
      run({ ...flags, format: flags.json ? "json" : "pretty", oneScreen: true }, printed),
    );
}

/** `optropic decide`: go or no-go, for a script. */
export function decideCommand(): Command {
  const command = decisionCommand("decide", "Says go or no-go, and replays a past decision with --at.");
  return command
    .addHelpText("after", `\nExample:\n  $ optropic decide --at 2026-11-27T12:00:00Z\n\n${exits}`)
    .action((flags: ReportFlags) =>
      run(flags, async (document) => {
        if (flags.json) return jsonLine(document);
        const { decisionText } = await import("../evidence/report/status.ts");
        return decisionText(document);
      }),
    );
}

function decisionCommand(name: string, description: string): Command {
  const command = new Command(name).description(description);
  for (const option of decisionOptions()) command.addOption(option);
  return command;
}

async function run(
  flags: ReportFlags,
  print: (document: ReportDocument, flags: ReportFlags) => Promise<string>,
): Promise<void> {
  const options: CommandOptions = { json: flags.json, debug: flags.debug };
  await runCommand(options, async () => {
    if (flags.output !== undefined) checkWritable(flags.output);
    const [{ decided, statusOfDecision }, { refuseMissing }] = await Promise.all([
      import("./evidence/decision.ts"),
      import("./evidence/place.ts"),
    ]);
    refuseMissing(flags.cwd, flags.evidence);
    const document = await decided(flags);
    return { status: statusOfDecision(document), output: await print(document, flags) };
  });
}

async function printed(document: ReportDocument, flags: ReportFlags): Promise<string> {
  // With a file, --json is about what is printed.
  const chosen = flags.format ?? (flags.output === undefined ? undefined : formatOf(flags.output));
  const format = chosen ?? (flags.json ? "json" : "pretty");
  const text = await rendered(document, format, flags);
  if (flags.output === undefined) return text;
  writeOutput(flags.output, text);
  return flags.json
    ? jsonLine({ decision: document.decision, output: flags.output })
    : `${document.decision}: ${flags.output}\n`;
}

async function rendered(
  document: ReportDocument,
  format: Format,
  { color, oneScreen = false }: ReportFlags,
): Promise<string> {
  switch (format) {
    case "html":
      return (await import("../evidence/report/html.ts")).htmlReport(document);
    case "markdown":
      return (await import("../evidence/report/markdown.ts")).markdownReport(document);
    case "junit":
      return (await import("../evidence/report/junit.ts")).junitReport(document);
    case "sarif":
      return (await import("../evidence/report/sarif.ts")).sarifReport(document);
    case "oscal":
      return (await import("../evidence/report/oscal.ts")).oscalReport(document);
    case "vsa": {
      const { summaryAttestation } = await import("../evidence/report/summary.ts");
      const { signingKey } = await import("./evidence/record.ts");
      return summaryAttestation(document, signingKey(process.env));
    }
    case "json":
      return jsonLine(document);
    case "pretty": {
      const { statusText } = await import("../evidence/report/status.ts");
      const { isTTY, columns, rows } = process.stdout;
      return statusText(document, {
        color: color && isTTY === true && process.env.NO_COLOR === undefined,
        width: columns ?? 100,
        actions: 8,
        ...(oneScreen && { rows: rows ?? terminalRows }),
      });
    }
  }
}

/** @throws {Failure} `refused`, for an extension that says no format */
function formatOf(file: string): Format {
  const [, extension] = /\.(html?|md|oscal\.json|vsa\.json|json|xml|sarif|txt)$/i.exec(file) ?? [];
  const byExtension: Record<string, Format> = {
    html: "html",
    htm: "html",
    md: "markdown",
    json: "json",
    xml: "junit",
    sarif: "sarif",
    "oscal.json": "oscal",
    "vsa.json": "vsa",
    txt: "pretty",
  };
  const format = byExtension[(extension ?? "").toLowerCase()];
  if (format !== undefined) return format;
  throw new Failure(
    "refused",
    `--output ${file}: its extension says no format; use .html, .md, .json, .xml, .sarif, .oscal.json, .vsa.json or .txt, or pass --format`,
  );
}
