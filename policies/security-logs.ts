import { judge, policy, type Stack, select, type Verdict } from "./framework/index.ts";
import { render } from "./model/tokens.ts";
import { applicationHosts, type Host, judgeVariables } from "./model/variables.ts";

// Item 4.10. What the error tracker scrubs is judged where its resources are, in section 5.

export const logLevel = policy({
  name: "log-level-quiet",
  items: ["4.10"],
  title: "Every host logs at level info or above, since debug output holds requests and what is in them.",
  severity: "high",
  fix: "Set the variable LOG_LEVEL on the host to info, warn or error.",
  check: (stack) => {
    const hosts = applicationHosts(stack);
    return hosts.length === 0
      ? [judge(undefined, () => "No host is declared, so none has a log level.")]
      : hosts.map((host) => judge(host.resource, () => judgeLevel(host)));
  },
});

export const statementsUnlogged = policy({
  name: "log-without-statements",
  items: ["4.10"],
  title: "Neither the application nor the database logs statements, whose values may be personal data.",
  severity: "high",
  fix: "Leave out DEBUG and NODE_DEBUG, and set log_statement of the database to none or ddl.",
  url: "https://www.prisma.io/docs/orm/prisma-client/observability-and-logging/logging",
  check: (stack) => [...judgeVariables(stack, isDebugSwitch, judgeSwitch), ...databaseFindings(stack)],
});

/** Names that loggers give what is printed in production, in lower case. */
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
  const levels = select(host.variables, (variable) => variable.name() === "LOG_LEVEL");
  if (levels.length === 0) {
    return "LOG_LEVEL is missing, so the logger's own default decides what is logged.";
  }
  const loud = levels
    .map((variable) => variable.value.string() ?? "")
    .find((level) => !quiet.has(level.trim().toLowerCase()));
  return loud === undefined || `LOG_LEVEL is ${JSON.stringify(loud.slice(0, 40))}.`;
}

/** `DEBUG` prints what Prisma and other libraries do, NODE_DEBUG what Node.js sends and gets. */
const isDebugSwitch = (name: string): boolean =>
  /^(DEBUG|NODE_DEBUG|(PRISMA_|DATABASE_|DB_|SQL_)?LOG_(QUERIES|STATEMENTS|SQL))$/.test(name);

function judgeSwitch(value: string, name: string): Verdict {
  const isOff = ["", "0", "false", "off", "no", "none"].includes(value.trim().toLowerCase());
  return isOff || `${name} is set, which prints statements and requests.`;
}

/** `ddl` logs changes of the schema alone; `mod` and `all` log rows. */
function databaseFindings(stack: Stack) {
  return stack.ofType(render.postgres).map((database) =>
    judge(database, () => {
      const setting = database.at("parameterOverrides", "log_statement").string() ?? "none";
      return (
        ["none", "ddl"].includes(setting.toLowerCase()) || `log_statement of the database is ${setting}.`
      );
    }),
  );
}
