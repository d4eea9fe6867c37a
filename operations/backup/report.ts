import { reasonOf } from "../../lib/failure.ts";

/** What reporters are told of a backup that stands. */
export interface Success {
  stack: string;
  /** Name of the backup in the store. */
  key: string;
  /** Time of its snapshot. */
  takenAt: string;
  durationMs: number;
  /** Bytes of the encrypted dump. */
  bytes: number;
}

/** What reporters are told of a backup that failed. */
export interface Failing {
  stack: string;
  /** Host, port and database. */
  database: string;
  reason: string;
  at: Date;
}

/** Somebody, or something, that is told how a backup ended. */
export interface Reporter {
  /** Names it in a warning. */
  name: string;
  begun?(): Promise<void>;
  succeeded?(backup: Success): Promise<void>;
  failed?(failure: Failing): Promise<void>;
}

/** The longest that all reporters of an event may take, in milliseconds. */
const timeoutMs = 45_000;

/**
 * Tells every reporter of an event. One that fails or hangs is a warning: it changes nothing about the backup,
 * and the others are told all the same.
 */
export async function tell(
  reporters: readonly Reporter[],
  warn: (message: string) => void,
  event: (reporter: Reporter) => Promise<void> | undefined,
): Promise<void> {
  await Promise.all(
    reporters.map(async (reporter) => {
      try {
        await withinTime(event(reporter));
      } catch (error) {
        warn(`${reporter.name} failed: ${reasonOf(error)}`);
      }
    }),
  );
}

async function withinTime(work: Promise<void> | undefined): Promise<void> {
  if (work === undefined) return;
  const expired = Promise.withResolvers<never>();
  const timer = setTimeout(() => expired.reject(new Error("it took too long")), timeoutMs);
  try {
    await Promise.race([work, expired.promise]);
  } finally {
    clearTimeout(timer);
  }
}
