import * as z from "zod";
import { reasonOf } from "../../lib/failure.ts";
import { type Connection, isSocket } from "../../postgres/connection.ts";
import type { Context } from "../context.ts";
import { type Check, compare, eachOf, probe, unknownCheck } from "../probe.ts";
import { Unknown } from "../unknown.ts";
import { type Greeting, greetPlainly, greetSecurely } from "./handshake.ts";
import { poolerOf } from "./pooler.ts";
import { databaseOf, reading, requireSight } from "./session.ts";

/** Item 3.5: nothing but TLS gets in. */
export const databaseEncrypted = probe({
  name: "database-encrypted",
  items: ["3.5"],
  title: "The database must refuse a connection without TLS, and its certificate must be checked and right.",
  needs: ["database"],
  settings: ["database.enforceSsl"],
  async measure(context) {
    const connection = databaseOf(context);
    const checks = await encryptionOf(context, connection, connection.PGHOST);
    if (!context.settings.database.pool.enabled) return checks;
    const pooler = namedPooler(context, connection);
    // That nobody names it is said by the probe of its mode.
    if (pooler === undefined) return checks;
    const ofPooler = await eachOf([`${pooler.PGHOST} (pooler)`], String, (place) =>
      encryptionOf(context, pooler, place),
    );
    return [...checks, ...ofPooler];
  },
});

/** What the application connects to, where that is another address; it has switches of its own for TLS. */
function namedPooler(context: Context, direct: Connection): Connection | undefined {
  try {
    const pooler = poolerOf(context, direct);
    return pooler.PGHOST === direct.PGHOST && pooler.PGPORT === direct.PGPORT ? undefined : pooler;
  } catch (error) {
    if (error instanceof Unknown && error.reason === "no-credential") return undefined;
    throw error;
  }
}

/** @param place how the address is named in the result */
async function encryptionOf(context: Context, connection: Connection, place: string): Promise<Check[]> {
  if (isSocket(connection)) {
    throw new Unknown("not-understood", `${place} is a Unix socket, over which there is no TLS`);
  }
  const checked: Connection = {
    ...connection,
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: connection.PGSSLROOTCERT ?? "system",
  };
  const { problem, greeting } = await greetSecurely(context, checked);
  return [
    ...(await eachOf([`${place} without TLS`], String, async (subject) => [
      plainCheck(subject, await greetPlainly(context, connection), greeting),
    ])),
    compare(`certificate of ${place}`, {
      expected: "checked against the authorities and the name",
      measured: problem ?? "checked against the authorities and the name",
      holds: problem === undefined,
    }),
  ];
}

/** Words for a missing TLS of PostgreSQL, PgBouncer, Supavisor and Neon. */
const wantsTls =
  /no encryption|SSL (?:off|connection is required)|requires? (?:SSL|TLS)|SSL required|insecure/i;

/** A server that lets nobody in from here, over TLS either, says nothing of TLS. */
function plainCheck(subject: string, plain: Greeting, secure: Greeting | undefined): Check {
  const isRefusal = plain.kind === "refused" && wantsTls.test(plain.message);
  if (plain.kind === "refused" && !isRefusal) {
    return unknownCheck(
      subject,
      new Unknown("target-refused", `Without TLS there was no refusal but: ${plain.message}`),
    );
  }
  if (isRefusal && secure?.kind === "refused") {
    return unknownCheck(
      subject,
      new Unknown("target-refused", `With TLS there was a refusal too: ${secure.message}`),
    );
  }
  return compare(subject, {
    expected: "refused",
    measured: isRefusal ? "refused" : "accepted",
    holds: isRefusal,
  });
}

/** Items 3.1, S3.4 and S5.3: it answers, and takes what is written. */
export const databaseAnswers = probe({
  name: "database-answers",
  items: ["3.1", "S3.4", "S5.3"],
  title: "The database must answer a query, and must not have gone read-only.",
  needs: ["database"],
  settings: [],
  async measure(context) {
    const subject = "a query";
    try {
      const [row] = await reading(context, (database) => database.rows(whetherItWrites, answered));
      if (row === undefined) throw new Unknown("no-data", "The database answered with no row");
      const why = row.recovering
        ? "it is a replica, or recovers"
        : row.closed
          ? "default_transaction_read_only is on, as Supabase sets it when a disk is full"
          : undefined;
      return [
        compare(subject, {
          expected: "answered",
          measured: `answered by PostgreSQL ${row.version}`,
          holds: true,
        }),
        compare("statements that write", {
          expected: "accepted",
          measured: why === undefined ? "accepted" : `refused: ${why}`,
          holds: why === undefined,
        }),
      ];
    } catch (error) {
      const refusal = error instanceof Unknown ? refusalIn(error.cause) : undefined;
      if (refusal === undefined) throw error;
      return [compare(subject, { expected: "answered", measured: `refused: ${refusal}`, holds: false })];
    }
  },
});

const answered = z.object({
  version: z.string().max(200),
  recovering: z.boolean(),
  closed: z.boolean(),
});

/**
 * Whether the server or the database turns writing off for everybody. A role of which the same is declared, such as the
 * one of the probes, hides what the server has; it may read all the same.
 */
const whetherItWrites = `
  select current_setting('server_version') as version, pg_is_in_recovery() as recovering,
    exists (select from pg_catalog.pg_db_role_setting, unnest(setconfig) setting
      where setrole = 0 and setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
        and setting ~* '^default_transaction_read_only=(1|on|t|tr|tru|true|y|ye|yes)$')
    or exists (select from pg_catalog.pg_settings where name = 'default_transaction_read_only' and setting = 'on'
      and source in ('command line', 'configuration file', 'environment variable', 'global')) as closed`;

/** What a server that is there says when it lets nobody in (postgresql.org/docs/current/errcodes-appendix.html). */
function refusalIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error ? error.code : undefined;
  // It starts, ends or recovers; or its connections are used up, and not those of one role or database.
  const isOurs = code === "53300" && /for (?:role|database)/.test(error.message);
  if (code === "57P03" || (code === "53300" && !isOurs)) return reasonOf(error);
  return refusalIn(error.cause);
}

/** Items H1.5: connections against the limit. */
export const databaseConnections = probe({
  name: "database-connections-left",
  items: ["H1.5"],
  title: "Open connections must stay below the declared share of those allowed.",
  needs: ["database"],
  settings: ["objectives.databaseConnectionsPercent"],
  async measure(context) {
    const most = context.settings.objectives.databaseConnectionsPercent;
    const [row] = await reading(context, async (database) => {
      await requireSight(database);
      return database.rows(
        `select count(*)::int as open, current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as allowed
         from pg_catalog.pg_stat_activity where backend_type = 'client backend'`,
        z.object({ open: z.int().min(0), allowed: z.int().min(1) }),
      );
    });
    if (row === undefined) throw new Unknown("no-data", "The database did not count its connections");
    const percent = Math.round((row.open / row.allowed) * 1000) / 10;
    return [
      compare(`${row.open} of ${row.allowed} connections`, {
        expected: `below ${most}`,
        measured: percent,
        holds: percent < most,
        unit: "%",
        setting: "objectives.databaseConnectionsPercent",
      }),
    ];
  },
});
