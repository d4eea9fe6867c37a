import { appendFileSync, cpSync, readFileSync, realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";

import type { ImportFile } from "../../adopt/import-file.ts";
import { importedBy } from "./import.ts";

const root = join(import.meta.dirname, "..", "..");

/** What the platform of the tests does not use. */
const unused = ["--without", "sentry", "--without", "pagerduty"];

/** The commands of docs/adoption.md, as the test runs them and bench/adoption.ts measures them. */
export interface AdoptionSteps {
  /** By the name in the table of times. */
  readonly commands: Readonly<Record<AdoptionStep, readonly string[]>>;
  /** The file that the import of Pulumi reads. */
  readonly imports: string;
  /** The state that Pulumi has afterwards: whoever runs the steps writes it before those that read it. */
  readonly own: string;
  /** Makes the folder of the settings a project that runs the program. To be called after `4. init`. */
  readonly makeProject: () => void;
}

export const adoptionSteps = [
  "1. judge",
  "2. init --judge-only",
  "4. init",
  "judge with the pack of init",
  "5. doctor",
  "6. import --plan",
  "8. doctor after the import",
  "preview of the settings",
] as const;

export type AdoptionStep = (typeof adoptionSteps)[number];

/** @param folder an empty one, for whatever the steps write */
export async function stepsIn(folder: string): Promise<AdoptionSteps> {
  const recipients = await Promise.all([1, 2].map(async () => identityToRecipient(await generateIdentity())));
  const answers = {
    ...{ recipients: recipients.join(","), sentry: "acme", "sentry-pagerduty": "1", "grafana-stack": "2" },
    ...{ pagerduty: "acme", primary: "first@acme.test", secondary: "second@acme.test" },
    ...{ logs: "https://logs.acme.test/raw", syslog: "logs.acme.test:6514" },
  };
  const flags = Object.entries(answers).flatMap(([flag, value]) => [`--${flag}`, value]);
  const program = ["--stack", "live", "--cwd", folder];
  const [imports, own] = [join(folder, "import.json"), join(folder, "own.json")];
  const pack = ["--policy-pack-config", join(folder, "checklist-pack.json")];
  const questions = ["--questions", join(folder, "answers.json")];
  return {
    commands: {
      "1. judge": ["judge", ...unused],
      "2. init --judge-only": ["init", "--judge-only", "--folder", folder],
      "4. init": ["init", "--yes", "--force", "--folder", folder, ...flags],
      "judge with the pack of init": ["judge", ...unused, ...pack],
      "5. doctor": ["doctor", ...program, "--no-ask"],
      "6. import --plan": ["import", "--plan", ...program, "--output", imports, ...questions],
      "8. doctor after the import": ["doctor", ...program, "--no-ask", "--from", own],
      "preview of the settings": ["preview", ...program, "--policy-pack", join(root, "policies"), ...pack],
    },
    ...{ imports, own },
    makeProject: () => {
      cpSync(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
      appendFileSync(join(folder, "Pulumi.yaml"), `\nmain: ${relative(realpathSync(folder), root)}\n`);
    },
  };
}

/** What Pulumi's state has after an import, as `pulumi stack export` gives it. */
export function stateAfter(imports: string): string {
  const file: ImportFile = JSON.parse(readFileSync(imports, "utf8"));
  const resources = importedBy(file, { stack: "live", project: "optropic" });
  return JSON.stringify({ version: 3, deployment: { resources } });
}
