import {
  type AnyValue,
  type Fault,
  fault,
  judge,
  known,
  policy,
  type Stack,
  unproved,
  type Verdict,
  violation,
} from "./framework/index.ts";
import { everyCommand } from "./model/every-command.ts";
import { makesSecret } from "./model/generated.ts";
import type { Command } from "./model/host.ts";
import { browserName, isBrowserKey, isSecretName } from "./model/secret-names.ts";
import {
  applicationHosts,
  declaredVariables,
  type Host,
  judgeVariables,
  servingHosts,
} from "./model/variables.ts";
import * as shell from "./values/shell.ts";
import { environmentShownBy, type Names } from "./values/shell-environment.ts";
import { variablesChangedBy } from "./values/shell-variables.ts";

// Items 2.6 and 7.1: what a host runs is the production program, with the variables that it was given. Items 2.9 and
// 4.10: what is run shows nobody the variables.

export const commandsForProduction = policy({
  name: "commands-for-production",
  items: ["2.6", "7.1"],
  title:
    "Every command of a host must run the production program, keep its variables and its data, and fail where a step fails.",
  severity: "critical",
  fix: "Start the built program, such as npm run start; build with the production's own environment; before a release only check or apply migrations, such as npx prisma migrate status or npx prisma migrate deploy.",
  url: "https://nodejs.org/en/learn/getting-started/nodejs-the-difference-between-development-and-production",
  check: (stack) => {
    const hosts = servingHosts(stack);
    return applicationHosts(stack).length === 0
      ? [violation("No host of the application is declared, so nothing runs the production program.")]
      : [...hosts.flatMap((host) => judgeHost(host)), ...judgeVariables(stack, isOptions, judgeOptions)];
  },
});

export const commandsKeepSecrets = policy({
  name: "commands-keep-secrets",
  items: ["2.9", "4.10"],
  title: "No command may print, copy or send the variables that it runs with.",
  severity: "critical",
  fix: "Let the program read its variables itself. To look at one that is no secret, name it: printenv NODE_ENV; to test whether a secret is there, use test -n.",
  url: "https://render.com/docs/configure-environment-variables",
  check: (stack) => {
    const names = namesOf(stack);
    return everyCommand(stack).map((command) => judge(command.resource, () => judgeShown(command, names)));
  },
});

function judgeShown(command: AnyValue, names: Names): Verdict {
  const text = command.string() ?? "";
  const shown = text === "" ? undefined : environmentShownBy(text, names);
  if (shown === undefined) return true;
  const found = `A command of ${command.resource.name} ${shown.what}.`;
  return shown.isUnproved === true
    ? unproved(command, found, "Move it into a program of the repository, or name the variables one by one.")
    : fault(command, found);
}

/** Names of secrets: those that say so, and those of variables that the stack makes up. */
function namesOf(stack: Stack): Names {
  const made = new Set(
    declaredVariables(stack).flatMap(({ resource, name, value }) => {
      const isMade = value.path.length === 1 && resource.sourcesOf(value).some(makesSecret);
      return isMade ? (known(name) ?? []) : [];
    }),
  );
  const isPublic = (name: string) => browserName(name) !== undefined;
  const isKept = (name: string) => isSecretName(name) && !isBrowserKey(name);
  return { isPublic, isSecret: (name) => !isPublic(name) && (isKept(name) || made.has(name)) };
}

function judgeHost({ resource, commands = [] }: Host) {
  return commands.map((command) =>
    judge(resource, (): Verdict => {
      const text = command.command.string();
      return text === undefined || text === "" || (wrongIn(command, text) ?? true);
    }),
  );
}

const isOptions = (name: string): boolean => name === "NODE_OPTIONS";

const judgeOptions = (value: string, name: string): true | string =>
  shell.debugs(value)
    ? `${name} opens the debugger, through which anybody who reaches it runs code.`
    : !/(?:^|\s)--env-file/.test(value) ||
      `${name} reads variables from a file, which may replace those of the host.`;

const labels = { start: "The start command", release: "The command before a release", build: "The build" };

function wrongIn({ when, command }: Command, text: string): Fault | undefined {
  const found = when === "start" ? inStart(text) : when === "release" ? inRelease(text) : inBuild(text);
  const anywhere = shell.skipsVerification(text) ? "does not verify certificates" : undefined;
  const what = found ?? anywhere;
  if (what !== undefined) return fault(command, `${labels[when]} ${what}.`);
  const changed = variablesChangedBy(text).find(({ isConnection }) => !isConnection);
  return (
    changed &&
    unproved(
      command,
      `${labels[when]} ${changed.what}.`,
      "Give the host the variable as the program needs it.",
    )
  );
}

function inStart(text: string): string | undefined {
  const lost = shell.unsetVariables(text).find((name) => name === "*" || own.test(name));
  if (shell.develops(text)) return "runs a program that is made for development";
  if (shell.compilesAtStart(text))
    return "compiles the source at each start, with a program that is made for development";
  if (shell.overridesNodeEnv(text)) return "gives NODE_ENV another value than production";
  if (shell.servesSource(text)) return "serves the folder of the source, with all that is in it";
  if (shell.debugs(text)) return "opens the debugger, through which anybody who reaches it runs code";
  if (lost !== undefined) return `takes ${lost === "*" ? "every variable" : lost} from the program`;
  if (shell.destroys(text)) return "may destroy data at every start";
  return shell.masksFailure(text) ? "ends as a success where the program fails" : undefined;
}

function inRelease(text: string): string | undefined {
  if (shell.destroys(text)) return "may destroy the data of production";
  if (shell.doesNothing(text)) return "does nothing, so that no migration is applied";
  if (shell.appliesNothing(text))
    return "only looks at migrations: it neither applies any nor fails where one is pending";
  return shell.masksFailure(text) ? "lets a release go on where a migration fails" : undefined;
}

function inBuild(text: string): string | undefined {
  if (shell.doesNothing(text)) return "builds nothing";
  if (shell.buildsForDevelopment(text)) return "is not for production: it sets NODE_ENV to something else";
  if (shell.develops(text)) return "runs a program that is made for development, and does not end";
  return shell.masksFailure(text) ? "ends as a success where a step fails" : undefined;
}

/** Variables that the checklist asks of a host. */
const own =
  /^(?:NODE_ENV|DATABASE_URL|DIRECT_URL|JWT_SECRET|SECRET_KEY|BASE_URL|SENTRY_DSN|CORS_\w+|PGSSL\w+|LOG_\w+)$/;
