import {
  type Finding,
  fault,
  judge,
  judgeStack,
  known,
  policy,
  type Stack,
  select,
  type Verdict,
} from "./framework/index.ts";
import { scheduledJobs } from "./model/backups.ts";
import { databases } from "./model/databases.ts";
import { loggedFields } from "./model/facts.ts";
import { applicationHosts, declaredVariables, type Host, judgeVariables } from "./model/variables.ts";
import { isLevelName, isLoud } from "./values/log-levels.ts";
import { logLevelOf } from "./values/shell.ts";
import { logsStatements, statementSettingIn } from "./values/statement-logging.ts";

// Item 4.10. What the error tracker scrubs is judged with its resources, in error-tracking.ts.

export const logLevel = policy({
  name: "log-level-quiet",
  items: ["4.10"],
  title: "Every host must log at level info or above, because debug output contains requests and their data.",
  severity: "high",
  fix: "Set the variable LOG_LEVEL on the host to info, warn or error.",
  check: (stack) => {
    const hosts = applicationHosts(stack);
    return hosts.length === 0
      ? [judgeStack(() => "No host is declared, so none has a log level.")]
      : hosts.map((host) => judge(host.resource, () => judgeLevel(host)));
  },
});

export const statementsUnlogged = policy({
  name: "log-without-statements",
  items: ["4.10"],
  title: "Neither the application nor the database may log statements, whose values may be personal data.",
  severity: "high",
  fix: "Remove DEBUG and NODE_DEBUG, and set log_statement of the database to none or ddl.",
  url: "https://www.prisma.io/docs/orm/prisma-client/observability-and-logging/logging",
  check: (stack) => [
    ...judgeVariables(stack, isDebugSwitch, judgeSwitch),
    ...optionFindings(stack),
    ...databaseFindings(stack),
    ...commandFindings(stack),
  ],
});

export const fieldsUnlogged = policy({
  name: "log-fields-without-credentials",
  items: ["4.10"],
  title: "No log of the edge may hold a visitor's credentials.",
  severity: "high",
  fix: "Take the header or cookie out of the rule of phase http_log_custom_fields.",
  url: "https://developers.cloudflare.com/logs/logpush/logpush-job/custom-fields/",
  check: (stack) =>
    loggedFields(stack).map((field) =>
      judge(
        field.resource,
        () =>
          !isCredential.test(field.string() ?? "") ||
          fault(
            field,
            `${field.resource.name} logs ${field.string()}, by which whoever reads it can sign in.`,
          ),
      ),
    ),
});

/** Headers and cookies that say who somebody is. */
const isCredential =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie|cf-access-jwt-assertion)$|(?:^|[-_.])(?:sess(?:ion)?(?:id)?|sid|auth|jwt|tokens?|csrf|xsrf|secret|password|api-?key)(?:$|[-_.])/i;

/** Any text that a driver hands to the server, such as options in a URL; what is unknown is made by the stack. */
function optionFindings(stack: Stack): Finding[] {
  return declaredVariables(stack).map(({ resource, name, value }) =>
    judge(resource, () => {
      const logged = statementSettingIn(known(() => value.string()) ?? "");
      return (
        logged === undefined ||
        fault(value, `${known(name) ?? "A variable"} has the server log statements: ${logged}.`)
      );
    }),
  );
}

/** What a host or a job runs against the database may change what the server logs, for whoever connects after it. */
function commandFindings(stack: Stack): Finding[] {
  const commands = [
    ...applicationHosts(stack).flatMap((host) => (host.commands ?? []).map(({ command }) => command)),
    ...scheduledJobs(stack).map(({ command }) => command),
  ];
  return commands.map((command) =>
    judge(command.resource, () => {
      const logged = command.isUnknown ? undefined : statementSettingIn(command.string() ?? "");
      return logged === undefined || fault(command, `A command has the server log statements: ${logged}.`);
    }),
  );
}

/** Names that loggers give the levels of production, in lower case. */
const quiet: ReadonlySet<string> = new Set([
  "info",
  "notice",
  "warn",
  "warning",
  "error",
  "crit",
  "critical",
  "fatal",
  "silent",
  "none",
  "off",
]);

function judgeLevel(host: Host): Verdict {
  for (const { when, command } of host.commands ?? []) {
    const level = when === "start" ? logLevelOf(command.string() ?? "") : undefined;
    if (level !== undefined && !quiet.has(level)) {
      return fault(command, `The start command sets the log level ${level}.`);
    }
  }
  const levels = select(host.variables, (variable) => variable.name() === "LOG_LEVEL");
  if (levels.length === 0) {
    return "LOG_LEVEL is missing, so the logger's own default decides what is logged.";
  }
  const loud = levels.find(({ value }) => !quiet.has((value.string() ?? "").toLowerCase()));
  if (loud !== undefined) {
    return fault(loud.value, `LOG_LEVEL is ${JSON.stringify((loud.value.string() ?? "").slice(0, 40))}.`);
  }
  const other = host.variables.find(
    ({ name, value }) => isLevelName(known(name) ?? "") && isLoud(known(() => value.string()) ?? ""),
  );
  return other === undefined || fault(other.value, `${other.name()} is ${other.value.string()}.`);
}

/** Drivers and mappers, which have switches of their own for what they print. */
const driver =
  "(?:PRISMA(?:_CLIENT)?|DATABASE|DB|SQL|PG|POSTGRES|TYPEORM|SEQUELIZE|KNEX|DRIZZLE|MIKRO_?ORM|ORM)";
const dataOf =
  "(?:QUERY|QUERIES|STATEMENTS?|SQL|(?:REQUEST_|RESPONSE_|HTTP_)?(?:BODY|BODIES|HEADERS|PAYLOADS?))";

/**
 * `DEBUG` prints what Prisma and other libraries do, NODE_DEBUG what Node.js sends and receives, RUST_LOG what the
 * engine of Prisma does.
 */
const debugSwitches: readonly RegExp[] = [
  /^(?:NODE_DEBUG(?:_NATIVE)?|PGOPTIONS|RUST_LOG)$/,
  /^(?:\w+_)?DEBUG(?:_(?:MODE|ENABLED|LOGS?|LOGGING|SQL|DB|QUERY|QUERIES|HTTP|REQUESTS?|PRISMA))?$/,
  new RegExp(`^(?:${driver}_)?(?:ENABLE_)?(?:LOG|PRINT|TRACE|SHOW|ECHO|DUMP|DEBUG)_${dataOf}$`),
  new RegExp(`^(?:${driver}_)?${dataOf}_(?:LOG|LOGS|LOGGING|TRACE|TRACING|DEBUG)(?:_ENABLED)?$`),
  new RegExp(`^(?:ENABLE_)?${driver}_(?:LOG|LOGGING|LOG_LEVEL|LOG_MODE|ECHO|VERBOSE|TRACE)(?:_ENABLED)?$`),
  new RegExp(`^LOG_(?:LEVEL_)?${driver}$`),
];

const isDebugSwitch = (name: string): boolean => debugSwitches.some((form) => form.test(name));

function judgeSwitch(value: string, name: string): true | string {
  const text = value.trim().toLowerCase();
  if (name === "PGOPTIONS") {
    return (
      ![...text.matchAll(/([\w.]+)\s*=\s*([^\s,]+(?:,[a-z]+)*)/g)].some(([, setting = "", to = ""]) =>
        logsStatements(setting, to),
      ) || `${name} has the server log statements.`
    );
  }
  // RUST_LOG has levels of single modules too, such as app=info.
  const words = text.split(/[\s,|]+/).map((word) => word.replace(/^[\w:]+=/, ""));
  const isOff = words.every((word) =>
    ["", "0", "false", "off", "no", "none", "error", "errors", "warn", "warning", "info"].includes(word),
  );
  return (
    (isOff && !(name.endsWith("DEBUG") && words.some((word) => /error|warn|info/.test(word)))) ||
    `${name} is set, which prints statements and requests.`
  );
}

function databaseFindings(stack: Stack): Finding[] {
  return databases(stack).map(({ resource, quiet }) => judge(resource, quiet));
}
