import {
  type Finding,
  fault,
  judge,
  judgeStack,
  policy,
  type Stack,
  select,
  type Verdict,
} from "./framework/index.ts";
import { databases } from "./model/databases.ts";
import { loggedFields } from "./model/facts.ts";
import { applicationHosts, type Host, judgeVariables } from "./model/variables.ts";
import { logLevelOf } from "./values/shell.ts";
import { logsStatements } from "./values/statement-logging.ts";

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
  check: (stack) => [...judgeVariables(stack, isDebugSwitch, judgeSwitch), ...databaseFindings(stack)],
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
  return (
    loud === undefined ||
    fault(loud.value, `LOG_LEVEL is ${JSON.stringify((loud.value.string() ?? "").slice(0, 40))}.`)
  );
}

/** `DEBUG` prints what Prisma and other libraries do, NODE_DEBUG what Node.js sends and receives. */
const isDebugSwitch = (name: string): boolean =>
  /^(DEBUG|NODE_DEBUG|(PRISMA_|DATABASE_|DB_|SQL_)?LOG_(QUERIES|STATEMENTS|SQL)|(PRISMA|DATABASE|DB|SQL|TYPEORM|SEQUELIZE|KNEX|DRIZZLE)_(LOG|LOGGING|LOG_LEVEL|DEBUG)|PGOPTIONS)$/.test(
    name,
  );

function judgeSwitch(value: string, name: string): true | string {
  const text = value.trim().toLowerCase();
  if (name === "PGOPTIONS") {
    return (
      ![...text.matchAll(/([\w.]+)\s*=\s*([^\s,]+(?:,[a-z]+)*)/g)].some(([, setting = "", to = ""]) =>
        logsStatements(setting, to),
      ) || `${name} has the server log statements.`
    );
  }
  const words = text.split(/[\s,|]+/);
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
