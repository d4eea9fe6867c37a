import { fault, judge, known, policy, some, type Verdict } from "./framework/index.ts";
import { connectionFault, destinationFault } from "./model/backup-variables.ts";
import {
  backupJobs,
  type Job,
  judgeBackupBuckets,
  judgeBackupJobs,
  runsOnlyBackups,
} from "./model/backups.ts";
import { deletionOf, lifecycleRules, locksOf } from "./model/bucket-rules.ts";
import { backupCommandFault } from "./values/backup-command.ts";
import { runsDaily } from "./values/schedule.ts";

// Item 3.2. How long backups are kept and locked is in backup-retention.ts, their objectives are in
// backup-objectives.ts, and how the parts fit together is in backup-strategy.ts.

export const backupBucket = policy({
  name: "backup-bucket",
  items: ["3.2"],
  title:
    "Backups must go to a bucket at a vendor other than the database's, and expire there or be locked forever.",
  severity: "critical",
  fix: "Declare a cloudflare.R2Bucket with backup in its name, and a cloudflare.R2BucketLifecycle for it with an enabled rule that deletes old backups.",
  url: "https://developers.cloudflare.com/r2/buckets/object-lifecycles/",
  check: (stack) => [
    ...judgeBackupBuckets(
      stack,
      (bucket) =>
        some(lifecycleRules(stack, bucket), (rule) => deletionOf(rule) !== undefined) ||
        // What is locked forever is kept forever: no rule could delete it.
        some(locksOf(stack, bucket), ({ days }) => days === Number.POSITIVE_INFINITY) ||
        "No enabled lifecycle rule deletes old backups from the bucket.",
    ),
    ...(known(() => backupJobs(stack)) ?? []).map((job) =>
      judge(job.resource, () => destinationFault(stack, job) ?? true),
    ),
  ],
});

export const backupJob = policy({
  name: "backup-job-daily",
  items: ["3.2", "8.2"],
  title: "A scheduled job must back up the database at least once a day, by a command that makes a backup.",
  severity: "critical",
  fix: "Declare a render.CronJob with a schedule that runs every day, such as 15 2 * * *, and a startCommand, Dockerfile or image whose name says that it makes a backup, such as ./operations/backup/Dockerfile.",
  url: "https://render.com/docs/cronjobs",
  check: (stack, _threshold, { now }) =>
    judgeBackupJobs(stack, (job) => {
      const off = job.isOff?.(now);
      if (off !== undefined) return off;
      const schedules = job.schedules();
      if (schedules.some((schedule) => runsDaily(schedule) === true)) {
        const work = judgeWork(job);
        return work === true ? (connectionFault(stack, job) ?? true) : work;
      }
      const texts = schedules.map((schedule) => JSON.stringify(schedule)).join(", ");
      return fault(
        job.scheduleAt,
        texts === ""
          ? "The job has no schedule."
          : `The job does not run every day: its schedule is ${texts}.`,
      );
    }),
});

/** By the command, which goes before what an image would run by itself. */
function judgeWork(job: Job): Verdict {
  const { command, programs } = job;
  const text = command.string()?.trim() ?? "";
  if (text !== "") {
    const wrong = backupCommandFault(text);
    return wrong === undefined || fault(command, `The command of the job ${wrong}.`);
  }
  return (
    programs.length === 0 ||
    runsOnlyBackups(job) ||
    fault(
      programs[0] ?? command,
      "The job has no startCommand, and neither its Dockerfile nor its image says that it makes a backup.",
    )
  );
}
