import * as z from "zod";

/** What is wrong with the service; nothing by default. */
export const behaviourSchema = z.strictObject({
  /** Least time that the database takes for a statement, in milliseconds. */
  delayMs: z.number().default(50),
  /** Requests that fail, of each hundred. */
  failuresPercent: z.number().default(0),
  /** Bytes that each request leaves behind. */
  leakBytes: z.number().default(0),
  /** Whether connections to the database are never given back. */
  keepConnections: z.boolean().default(false),
  /** Age of the newest backup, in seconds. */
  backupAgeSeconds: z.number().default(3600),
});

export type Behaviour = z.infer<typeof behaviourSchema>;
