import { type AnyValue, fault, known, policy, type Verdict } from "./framework/index.ts";
import { type Job, judgePresentJobs } from "./model/backups.ts";
import { branchFault, repositoryFault } from "./model/deployed-code.ts";
import { render } from "./model/tokens.ts";
import { isRecipient } from "./values/age.ts";
import { textList } from "./values/text-list.ts";

export const backupJobConfigured = policy({
  name: "backup-job-configured",
  items: ["8.2"],
  title:
    "A backup job must run the organization's own code, and have every variable that it needs in the form that it reads.",
  severity: "high",
  fix: "Build the job from the organization's own repository, and give it BACKUP_ENDPOINT, BACKUP_BUCKET and BACKUP_RECIPIENTS, and DATABASE_URL or PGHOST, PGUSER and PGDATABASE.",
  check: (stack, _threshold, context) =>
    judgePresentJobs(stack, (job) => {
      for (const kind of ["docker", "nativeRuntime"] as const) {
        if (!job.resource.is(render.cronJob)) break;
        const source = job.resource.at("runtimeSource", kind);
        if (!source.exists) continue;
        const foreign =
          repositoryFault(stack, source.at("repoUrl"), context) ?? branchFault(source.at("branch"), context);
        if (foreign !== undefined) return foreign;
      }
      return judgeVariables(job);
    }),
});

/** Only of the job of `optropic backup`, which is told by its variables: what another program reads is not known. */
function judgeVariables(job: Job): Verdict {
  const entries = new Map(job.variables.entries());
  const own = ["BACKUP_STACK", "BACKUP_REGION", "BACKUP_PREFIX"].filter((name) => entries.has(name));
  // Whatever else reads BACKUP_BUCKET, it hardly has two of these.
  if (own.length < 2) return true;
  const lacks = (name: string): boolean => isEmpty(entries.get(name));
  const at = (name: string): AnyValue => entries.get(name) ?? job.variables.at;
  if (lacks("BACKUP_ENDPOINT")) {
    return fault(at("BACKUP_ENDPOINT"), "The job has no BACKUP_ENDPOINT, without which it does not start.");
  }
  const connection = ["PGHOST", "PGUSER", "PGDATABASE"];
  const absent = connection.find(lacks);
  if (absent !== undefined && !connection.every(lacks) && lacks("DATABASE_URL")) {
    return fault(at(absent), `The job has neither DATABASE_URL nor ${absent}, so it finds no database.`);
  }
  const keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
  const half = keys.find(lacks);
  if (half !== undefined && !keys.every(lacks)) {
    return fault(at(half), `The job has no ${half}, and the other half of the store's keys.`);
  }
  for (const [name, isRight, form] of forms) {
    const value = entries.get(name);
    const text = value && known(() => value.string());
    if (value !== undefined && text !== undefined && !isRight(text)) {
      return fault(value, `${name} of the job is ${JSON.stringify(text)}, which is not ${form}.`);
    }
  }
  return true;
}

function isEmpty(value: AnyValue | undefined): boolean {
  // What is not known before the deployment is there.
  return value === undefined || known(() => !value.exists || value.string()?.trim() === "") === true;
}

const isTrimmed = (text: string): boolean => text !== "" && text === text.trim();
const isListOf = (isRight: (text: string) => boolean) => (text: string) => {
  const list = textList(text);
  return list?.every(isRight) === true;
};

/** What `optropic backup` reads, and in which form. */
const forms: readonly (readonly [name: string, isRight: (text: string) => boolean, form: string])[] = [
  ["BACKUP_ENDPOINT", (text) => /^https:\/\/[^\s@]+$/.test(text), "a URL of the store by https"],
  ["BACKUP_BUCKET", (text) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text), "the name of a bucket"],
  ["BACKUP_RECIPIENTS", isListOf(isRecipient), "a JSON list of public keys of age"],
  ["BACKUP_SCHEMAS", isListOf(isTrimmed), "a JSON list of schemas"],
  ["BACKUP_PREFIX", isTrimmed, "a prefix without spaces around it"],
  ["BACKUP_STACK", (text) => /^[\w.-]{1,100}$/.test(text), "the name of a stack"],
  ["BACKUP_REGION", (text) => /^[\w-]{1,100}$/.test(text), "the name of a region"],
];
