import type { Settings } from "../../config/settings.ts";
import type { Channel } from "../announce/channel.ts";
import type { Link } from "../announce/message.ts";
import type { Host } from "../hosts/host.ts";
import type { Repository } from "../release/ports.ts";
import type { Choice } from "./choose.ts";
import type { DatabaseRecovery } from "./database.ts";
import type { SchemaJudge } from "./schema.ts";

/** Everything that a rollback reaches. */
export interface RollbackParts {
  stack: string;
  settings: Settings;
  hosts: readonly Host[];
  /** Hosts that are to go back, also those that another journal is about; by default `hosts`. */
  asked?: readonly Pick<Host, "name">[] | undefined;
  /** Hosts that a person left out on purpose. */
  leftOut?: readonly string[] | undefined;
  choice: Choice;
  judge: SchemaJudge;
  /** The database, only where a person asked that it goes back too. */
  database?: DatabaseRecovery | undefined;
  /** A person has judged the schema, and answers for it. */
  acceptSchema: boolean;
  /** The commit that a domain serves; undefined where it does not say. */
  servedCommit(domain: string, signal: AbortSignal): Promise<string | undefined>;
  repository: Pick<Repository, "openIssues" | "createIssue"> | undefined;
  channel(name: string): Channel;
  links: readonly Link[];
  /** Why, in a sentence of whoever rolls back. */
  reason: string;
  /** Writes the report. @returns where it is */
  writeReport(name: string, text: string): Promise<string>;
  /** In a rehearsal nobody is told, and no issue is opened. */
  rehearsal: boolean;
}

/** A rollback with its database. */
export type PartsWithDatabase = RollbackParts & { database: DatabaseRecovery };
