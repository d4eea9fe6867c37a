import {
  type AnyValue,
  fault,
  judge,
  judgeStack,
  policy,
  type Stack,
  some,
  unproved,
  type Verdict,
} from "./framework/index.ts";
import { judgeDatabases } from "./model/databases.ts";
import { runsPooler } from "./model/deployed-code.ts";
import { everyCommand } from "./model/every-command.ts";
import { connections, isPooler } from "./model/facts.ts";
import { isJob } from "./model/jobs.ts";
import { verificationFindings } from "./model/tls-verification.ts";
import { declaredVariables, judgeVariables } from "./model/variables.ts";
import { isPooled, parseConnection, plaintextFault, sslModeFault } from "./values/connection-string.ts";
import { variablesChangedBy } from "./values/shell-variables.ts";

// Items 3.4 and 3.5.

export const poolerConfigured = policy({
  name: "database-pooler",
  items: ["3.4"],
  title: "Every database must have its connection pooler configured.",
  severity: "high",
  fix: "Declare a supabase.PoolerConfig for the project with poolMode and defaultPoolSize.",
  url: "https://supabase.com/docs/guides/database/connecting-to-postgres",
  check: (stack) =>
    judgeDatabases(stack, "No database is declared, so none has a connection pooler.", ({ pooler }) =>
      pooler(),
    ),
});

export const applicationPooled = policy({
  name: "application-uses-pooler",
  items: ["3.4"],
  title: "The application must connect through the pooler.",
  severity: "high",
  fix: "Set DATABASE_URL to the pooler's connection string.",
  url: "https://supabase.com/docs/guides/database/connecting-to-postgres",
  check: (stack) => [
    judgeStack(() => isDeclared(stack, "DATABASE_URL") || "No variable DATABASE_URL is declared."),
    ...judgeVariables(
      stack,
      // A job may need a session of its own: pg_dump cannot go through a transaction pooler.
      (name, resource) => name === "DATABASE_URL" && !isJob(resource) && !runsPooler(stack, resource),
      (value) => {
        const connection = parseConnection(value);
        return (
          connection === undefined ||
          isPooled(connection) ||
          isPooler(connection.host ?? "", connection.port) ||
          `DATABASE_URL bypasses the pooler: it names port ${connection.port} of the database's own host.`
        );
      },
    ),
  ],
});

export const sslEnforced = policy({
  name: "database-ssl-enforced",
  items: ["3.5"],
  title: "Every database must reject connections without TLS.",
  severity: "critical",
  fix: "Set sslEnforcement: true in the supabase.Settings of the project.",
  url: "https://supabase.com/docs/guides/platform/ssl-enforcement",
  check: (stack) =>
    judgeDatabases(
      stack,
      "No database is declared, so none rejects connections without TLS.",
      ({ refusesPlaintext }) => refusesPlaintext(),
    ),
});

export const connectionsEncrypted = policy({
  name: "connections-encrypted",
  items: ["3.5"],
  title: "Every declared database connection must have an sslmode of require or stronger.",
  severity: "critical",
  fix: "Put sslmode=require, verify-ca or verify-full into the connection string, PGSSLMODE or the provider's sslmode.",
  url: "https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION",
  check: (stack) => [
    judgeStack(
      () =>
        connections(stack).length > 0 ||
        isDeclared(stack, "DATABASE_URL", "DIRECT_URL", "PGSSLMODE") ||
        "No database connection is declared.",
    ),
    // Where nothing is known yet, it is the database's URL that is waited for, and not just any variable.
    ...[true, false].flatMap((isFirst) =>
      judgeVariables(stack, (name) => (name === "DATABASE_URL") === isFirst, judgeConnection),
    ),
    ...verificationFindings(stack),
    ...everyCommand(stack).map((command) => judge(command.resource, () => judgeCommand(command))),
    ...connections(stack).map(({ resource, isEncrypted }) => judge(resource, isEncrypted)),
  ],
});

/** A command may make the connection of what it starts another one. */
function judgeCommand(command: AnyValue): Verdict {
  const [change] = variablesChangedBy(command.string() ?? "").filter(({ isConnection }) => isConnection);
  if (change === undefined) return true;
  const found = `A command of ${command.resource.name} ${change.what}.`;
  return change.isUnproved === true
    ? unproved(
        command,
        found,
        "Give the host the variable as the program needs it, and leave it alone in the command.",
      )
    : fault(command, found);
}

function judgeConnection(value: string, name: string): true | string {
  const connection = name === "PGSSLMODE" ? undefined : parseConnection(value);
  const weakness = name === "PGSSLMODE" ? sslModeFault(value) : connection && plaintextFault(connection);
  return weakness === undefined || `${name} has ${weakness}, which allows a plaintext connection.`;
}

const isDeclared = (stack: Stack, ...names: readonly string[]): boolean =>
  some(declaredVariables(stack), (variable) => names.includes(variable.name() ?? ""));
