import { tmpdir } from "node:os";
import { codeOf } from "../../lib/file-reasons.ts";
import { freeBytes } from "../../lib/files.ts";
import { counted } from "../../lib/text.ts";
import { formatBytes } from "../../lib/units.ts";
import { ParallelDumpFailure } from "../archive/folder-archive.ts";

/**
 * What one job is not stopped by: a lock that somebody waits for keeps other jobs than the first from a table, each
 * job has locks and a session of its own, the folder needs space and the right to write, and a table may be named
 * like one of pg_dump's messages.
 *
 * @param reason what went wrong, in English
 */
export function isOnlyOfJobs(error: unknown, reason: string): boolean {
  return (
    error instanceof ParallelDumpFailure ||
    ofFolders.has(codeOf(error) ?? "") ||
    saidOfJobs.test(reason) ||
    (error instanceof Error && error.cause !== undefined && isOnlyOfJobs(error.cause, ""))
  );
}

/** Codes of the system for a folder that is full, or may not be written to. */
const ofFolders: ReadonlySet<string> = new Set(["EACCES", "EDQUOT", "ENOSPC", "EROFS"]);

/** What pg_dump and the server say, which have no codes for it. */
const saidOfJobs =
  /could not obtain lock on relation|out of shared memory|max_locks_per_transaction|too many (?:clients|connections)|remaining connection slots|No space left on device|Disk quota exceeded/;

/**
 * How many of the jobs of a dump there is room for: each needs a session besides that of pg_dump itself, and the
 * folder for temporary files may need as much space as the database has.
 *
 * @param room how many more sessions are allowed
 * @param bytes size of the database
 */
export function jobsWithin(
  { jobs, room, bytes }: { jobs: number; room: number; bytes: number },
  warn: (message: string) => void,
): number {
  if (jobs === 1) return 1;
  const folder = tmpdir();
  const free = freeBytes(folder);
  if (free === undefined) {
    warn(
      `Parallel jobs dump into ${folder}, which is not there: the database is dumped by one job, which needs no folder. Name another one in TMPDIR`,
    );
    return 1;
  }
  if (free < bytes) {
    warn(
      `Parallel jobs dump into ${folder}, which has ${formatBytes(free)} free, and the database has ${formatBytes(bytes)}: it is dumped by one job, which needs no space. Name another folder in TMPDIR`,
    );
    return 1;
  }
  if (room > jobs) return jobs;
  const fewer = room > 2 ? room - 1 : 1;
  warn(
    `${counted(jobs, "job")} need ${jobs + 1} more sessions, and a CONNECTION LIMIT leaves ${room}: the database is dumped by ${counted(fewer, "job")}`,
  );
  return fewer;
}
