import {
  type Finding,
  fault,
  judge,
  policy,
  type Stack,
  some,
  undecided,
  violation,
} from "./framework/index.ts";
import { databasesBehind } from "./model/databases-behind.ts";
import { recordsFor, servingDomains } from "./model/domains.ts";
import { otherFiles, variableFiles } from "./model/facts.ts";
import { judgeNamed } from "./model/generated.ts";
import type { VariableFile } from "./model/section-host.ts";
import { keysBehind } from "./model/sentry-dsn.ts";
import { isStackReference } from "./model/stack-reference.ts";
import { applicationHosts, judgeVariables, type Variable } from "./model/variables.ts";
import { shownValue } from "./values/shown-value.ts";

/** The variables of items 2.3 to 2.7; SENTRY_DSN of item 2.8 is optional. */
const required = ["DATABASE_URL", "JWT_SECRET", "SECRET_KEY", "NODE_ENV", "BASE_URL"];

export const requiredVariables = policy({
  name: "required-variables",
  items: ["2.1", "2.2", "7V.3", "7R.3"],
  title: "Every host must declare every required variable for production.",
  severity: "critical",
  fix: "Declare the variable on each host of the application, for production.",
  check: (stack) => everyHostHas(stack, required, (variable) => !isEmpty(variable)),
});

export const variablesNotInFiles = policy({
  name: "variables-not-in-files",
  items: ["2.1"],
  title: "No host may take its variables from an .env file.",
  severity: "high",
  fix: "Declare each variable by itself, so that it can be checked, and remove the file from secretFiles.",
  check: (stack) => [
    ...variableFiles(stack).map((file) =>
      violation(fault(file, `${file.resource.name} takes variables from a file.`), file.resource),
    ),
    ...otherFiles(stack).map(({ resource, files, commands }) =>
      judge(resource, () => {
        const file = files().find(isEnvironmentFile);
        if (file !== undefined) {
          return fault(file.at, `${resource.name} has the secret file ${file.name}, which holds variables.`);
        }
        const command = commands.find((it) => !it.isUnknown && readsFile.test(it.string() ?? ""));
        return (
          command === undefined ||
          fault(command, `${resource.name} reads variables from a file in a command.`)
        );
      }),
    ),
  ],
});

/** By its name, or by what is in it: nothing but assignments. */
function isEnvironmentFile({ name, content }: VariableFile): boolean {
  if (/(?:^|[/._-])env(?:rc)?(?:[._-]|$)/i.test(name)) {
    return true;
  }
  const lines = (content.isUnknown ? "" : (content.string() ?? ""))
    .split(/\r?\n/)
    .filter((line) => !/^\s*(?:#|$)/.test(line));
  return lines.length > 0 && lines.every((line) => /^\s*(?:export\s+)?[A-Za-z_]\w*\s*=/.test(line));
}

const readsFile =
  /--env-file(?:-if-exists)?[ =]|\bdotenv(?:x|-cli)?\s+(?:run\s|-\w+\s|--)|\benv-cmd\s|(?:^|[;&|]\s*)(?:source|\.)\s+\S*env\b|\benv\s+\$\(/;

export const databaseUrlOwn = policy({
  name: "database-url-own",
  items: ["2.3", "2.10"],
  title: "DATABASE_URL must be that of a database that this stack declares.",
  severity: "critical",
  fix: "Make DATABASE_URL from the outputs of this stack's own database, not from a setting, a literal or another stack.",
  check: (stack) =>
    judgeNamed(stack, "DATABASE_URL", ({ value, alone, sources, elsewhere }) => {
      if (!value.isUnknown && !isConnection(value.string() ?? "")) {
        return "DATABASE_URL is not the URL of a database.";
      }
      const databases = databasesBehind(sources);
      if (databases.length === 0) {
        return "DATABASE_URL is not made from a database of this stack.";
      }
      const ids = databases.flatMap(({ id }) => id ?? []);
      const text = value.isUnknown ? undefined : value.string();
      if (text !== undefined && ids.length > 0) {
        return (
          ids.some((id) => text.includes(id)) || "DATABASE_URL is that of a database outside this stack."
        );
      }
      // In a map of variables, the one that is made from the database may be another.
      const certain =
        alone ||
        databasesBehind(elsewhere).some((database) => databases.includes(database)) ||
        // An unknown value of a map that is made from nothing else that could give a connection is the database's.
        (value.isUnknown && !sources.some((source) => isStackReference(source)));
      return certain || undecided(value);
    }),
});

/** In the forms of libpq, Prisma and JDBC. */
const isConnection = (text: string): boolean =>
  /^(?:jdbc:)?(?:postgres(?:ql)?|prisma(?:\+postgres)?):\S*$/i.test(text) ||
  /(?:^|\s)host(?:addr)?\s*=/i.test(text);

export const nodeEnvProduction = policy({
  name: "node-env-production",
  items: ["2.6"],
  title: "NODE_ENV must be production.",
  severity: "high",
  fix: "Set NODE_ENV to production; staging runs the production build too.",
  check: (stack, _threshold, { stage }) => [
    ...judgeNamed(
      stack,
      "NODE_ENV",
      ({ value }) => value.string() === "production" || "NODE_ENV is not production.",
    ),
    ...judgeVariables(
      stack,
      (name) => environmentName.test(name),
      (value, name) =>
        !(development.test(value.trim()) || (stage === "production" && rehearsal.test(value.trim()))) ||
        `${name} is ${value.trim()}: the program takes itself for another than production's.`,
    ),
  ],
});

/** Variables by which frameworks and clients are told where they run; staging runs as itself. */
const environmentName =
  /^(?:APP_ENV(?:IRONMENT)?|ENV(?:IRONMENT)?|SENTRY_ENVIRONMENT|RAILS_ENV|RACK_ENV|FLASK_ENV|DJANGO_ENV|GO_ENV|ASPNETCORE_ENVIRONMENT|DOTNET_ENVIRONMENT|SYMFONY_ENV|MIX_ENV|VERCEL_ENV|DEPLOY(?:MENT)?_ENV(?:IRONMENT)?)$/;

/** What is before production, and reports, logs and is found under its own name. */
const rehearsal = /^(?:stag(?:e|ing)|stg|preview|qa|uat|demo|sandbox|ci|pre-?prod(?:uction)?)$/i;

const development = /^(?:dev(?:el|elopment)?|local|debug|test(?:ing)?)$/i;

export const baseUrl = policy({
  name: "base-url",
  items: ["2.7"],
  title: "BASE_URL must be an https URL on a domain of this stack.",
  severity: "high",
  fix: "Set BASE_URL to https:// and a host that this stack declares as a domain or in its DNS.",
  check: (stack) => [
    ...judgeNamed(stack, "BASE_URL", ({ value }) => {
      const text = value.string() ?? "";
      if (!URL.canParse(text) || text !== text.trim()) {
        return `BASE_URL is not a URL: ${shownValue(text)}.`;
      }
      const { protocol, hostname, port, username, password } = new URL(text);
      if (username !== "" || password !== "") {
        return `BASE_URL names a user; ${hostname} is for everybody.`;
      }
      if (protocol !== "https:") {
        return `BASE_URL is ${protocol}//${hostname}, not https.`;
      }
      if (port !== "") {
        return `BASE_URL names port ${port}; ${hostname} is served at 443.`;
      }
      return (
        some([servingDomains(stack), recordsFor(stack)], (find) => find(hostname).length > 0) ||
        `BASE_URL is on ${hostname}, which is not a domain of this stack.`
      );
    }),
    ...judgeVariables(
      stack,
      (name) => ownUrlName.test(name),
      (value, name) =>
        !isLocalUrl(value.trim()) || `${name} is the address of the machine itself, where no visitor is.`,
    ),
  ],
});

/** Variables by which frameworks are told the address that visitors know them by. */
const ownUrlName =
  /^(?:(?:NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|PUBLIC|GATSBY|EXPO_PUBLIC)_)?(?:(?:NEXT)?AUTH|APP|SITE|WEB|WEBSITE|PUBLIC|FRONTEND|CLIENT|CANONICAL|BETTER_AUTH)(?:_BASE)?_(?:URL|ORIGIN)$/;

const isLocalUrl = (text: string): boolean =>
  /^(?:localhost|.*\.localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\]|.*\.local)$/i.test(
    URL.parse(text)?.hostname ?? "",
  );

export const sentryDsn = policy({
  name: "sentry-dsn",
  items: ["2.8"],
  title: "Every host must declare SENTRY_DSN.",
  severity: "low",
  level: "advisory",
  fix: "Set the variable SENTRY_DSN of each host to the DSN of the project at Sentry.",
  check: (stack) => everyHostHas(stack, ["SENTRY_DSN"], isGiven),
});

function everyHostHas(
  stack: Stack,
  names: readonly string[],
  counts: (variable: Variable) => boolean = () => true,
): Finding[] {
  const hosts = applicationHosts(stack);
  if (hosts.length === 0) {
    return [violation(`No host of the application is declared, so none has ${names.join(", ")}.`)];
  }
  return hosts.flatMap(({ resource, variables }) =>
    names.map((name) =>
      judge(
        resource,
        () =>
          some(variables, (variable) => variable.name() === name && counts(variable)) ||
          `${resource.name} has no variable ${name} for production.`,
      ),
    ),
  );
}

/** What is known to be empty, or that another than the text itself would read, such as spaces around it. */
function isEmpty({ value }: Variable): boolean {
  return !value.isUnknown && value.string()?.trim() === "";
}

/** An empty value does not count. An unknown one counts where it is made from a key at Sentry. */
function isGiven({ resource, value }: Variable): boolean {
  if (!value.isUnknown) {
    return value.string() !== "";
  }
  return keysBehind({ sources: resource.sourcesOf(value) }).length > 0 || undecided(value);
}
