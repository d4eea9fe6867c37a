import { expect, it } from "vitest";
import { reporterOf, reportFormats } from "../../../preview/report/formats.ts";
import { plainView } from "../../../preview/report/view.ts";
import { failed, judged, policy, resource } from "../documents.ts";

// Whatever a report is written to may be shown in the log of a workflow, whose runner obeys some lines of it.

/** Commands of GitHub's runner in both of its forms and of Azure's agent. */
const commands = [
  "::add-mask::violated",
  "::error file=a::forged",
  "##[error]forged",
  "##vso[task.complete]forged",
];

/** At the start of a line, and behind words of all lengths, so that each is where some line is broken. */
const texts = commands.flatMap((command) => [
  command,
  `said\n  ${command}`,
  ...Array.from({ length: 40 }, (_, length) => `${"word ".repeat(8)}${"x".repeat(length)} ${command}`),
]);

const reports = [
  ...texts.map((text) =>
    judged({
      project: text,
      resources: [resource(text, text, "", { inputs: { [text]: text } })],
      outputs: { [text]: text },
      policies: [
        policy(text, {
          ...{ pack: text, description: text, fix: text, status: "violated" },
          violations: [{ urn: "", message: text, property: text, setting: text, expected: text }],
        }),
        policy("passed", { pack: text }),
      ],
      messages: [{ severity: "printed", message: text, urn: "" }],
      exceptions: [text],
    }),
  ),
  ...texts.map((message) => failed({ message })),
];

it.each(reportFormats)("a report as %s has no line that a runner obeys, at any width", async (format) => {
  const reporter = await reporterOf(format);
  for (const report of reports) {
    for (const width of [60, 80, Number.POSITIVE_INFINITY]) {
      const view = { ...plainView, width, resources: true, policies: true };
      const lines = reporter({ ...report, view }).split("\n");
      expect(lines.filter((line) => /^\s*::\p{L}|##(?:vso)?\[/u.test(line))).toEqual([]);
    }
  }
});
