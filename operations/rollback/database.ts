import type { Loss } from "./loss.ts";

/** What the vendor says that it does with the database. */
export interface Progress {
  state: "none" | "recovering" | "failed" | "busy";
  /** The vendor's own word. */
  said: string;
}

/** The database, where a person asked that it goes back to a moment too. */
export interface DatabaseRecovery {
  at: Date;
  /** A person has read what is lost, and wants it. */
  acceptLoss: boolean;
  /** Between which moments the vendor can recover; undefined where it cannot at all. */
  window(signal: AbortSignal): Promise<{ earliest: Date; latest: Date } | undefined>;
  /** What was written since a moment, up to a later one where it is given. */
  loss(at: Date, signal: AbortSignal, until?: Date): Promise<Loss>;
  /** The line of history that the server writes, which each recovery begins anew; undefined while it is away. */
  timeline(signal: AbortSignal): Promise<string | undefined>;
  progress(signal: AbortSignal): Promise<Progress>;
  /** @throws {NotDone} where the vendor refused; any other error leaves open whether it recovers */
  recover(at: Date, signal: AbortSignal): Promise<void>;
}
