import type { Context } from "./framework/context.ts";
import {
  type AnyValue,
  type Fault,
  fault,
  known,
  policy,
  type Stack,
  type Verdict,
} from "./framework/index.ts";
import { isAside } from "./model/aside.ts";
import { type Job, judgePresentJobs } from "./model/backups.ts";
import { branchFault, repositoryFault, servedBranches } from "./model/deployed-code.ts";
import { writtenSchemas } from "./model/facts.ts";
import { isRecipient } from "./values/age.ts";
import { textList } from "./values/text-list.ts";
import { stackIn } from "./values/urn.ts";

export const backupJobConfigured = policy({
  name: "backup-job-configured",
  items: ["8.2"],
  title:
    "A backup job must run the organization's own code, and have every variable that it needs in the form that it reads.",
  severity: "high",
  fix: "Build the job from the organization's own repository, and give it BACKUP_ENDPOINT, BACKUP_BUCKET and BACKUP_RECIPIENTS, and DATABASE_URL or PGHOST, PGUSER and PGDATABASE.",
  check: (stack, _threshold, context) =>
    judgePresentJobs(stack, (job) => {
      return sourceFault(stack, job, context) ?? judgeVariables(stack, job, context);
    }),
});

/** What is wrong with the code that the job is built from. */
function sourceFault(stack: Stack, job: Job, context: Context): Fault | undefined {
  for (const { repository, branch } of job.sources?.() ?? []) {
    if (repository.string() === "") {
      return fault(repository, "The job names no repository, so it is built from nothing.");
    }
    const branches = servedBranches(stack, repository.string() ?? "");
    if (branches.length > 0 && (branch.string() ?? "") === "") {
      return fault(
        branch,
        `The job names no branch, so it is built from the default one, and what it backs up from ${[...new Set(branches)].join(", ")}.`,
      );
    }
    const foreign = repositoryFault(stack, repository, context) ?? branchFault(branch, context);
    if (foreign !== undefined) return foreign;
  }
  const aside = job.folders?.find((place) => {
    const path = place.string() ?? "";
    return isAside(path) && !context.isSupplied(path);
  });
  return (
    aside && fault(aside, `The job is built from ${aside.string()}, which is not for production by its name.`)
  );
}

/** Only of the job of `optropic backup`, which is told by its variables: what another program reads is not known. */
function judgeVariables(stack: Stack, job: Job, { stage }: Context): Verdict {
  const entries = new Map(job.variables.entries());
  const ours = ["BACKUP_STACK", "BACKUP_REGION", "BACKUP_PREFIX", "BACKUP_SCHEMAS"];
  // Whatever else reads BACKUP_BUCKET, it hardly has two of these.
  if (ours.filter((name) => entries.has(name)).length < 2) return true;
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
  const unsaid = ["PGPASSWORD", "PGSSLMODE"].find(
    (name) => lacks(name) && !lacks("PGHOST") && lacks("DATABASE_URL"),
  );
  if (unsaid !== undefined && lacks("PGPASSFILE") && lacks("PGSERVICE")) {
    return fault(
      at(unsaid),
      unsaid === "PGPASSWORD"
        ? "The job has PGHOST and no PGPASSWORD, so the server lets it in nowhere."
        : "The job has PGHOST and no PGSSLMODE, so libpq takes a connection without TLS as well.",
    );
  }
  const keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
  const half = keys.find(lacks);
  if (half !== undefined && !keys.every(lacks)) {
    return fault(at(half), `The job has no ${half}, and the other half of the store's keys.`);
  }
  const called = entries.get("BACKUP_STACK");
  const label = (called && known(() => called.string())) ?? "";
  const own = stackIn(job.resource.urn);
  if (called !== undefined && label !== "" && stage === "production" && label !== own) {
    return fault(
      called,
      `The job stores its backups as those of the stack ${label}, and this is ${own}: a restore does not find them.`,
    );
  }
  const schemas = entries.get("BACKUP_SCHEMAS");
  const saved = (schemas && known(() => textList(schemas.string() ?? ""))) ?? undefined;
  const missing = saved && writtenSchemas(stack).find((schema) => !saved.includes(schema));
  if (schemas !== undefined && missing !== undefined) {
    return fault(
      schemas,
      `The job leaves out the schema ${missing}, in which roles of this stack have tables.`,
    );
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
  ["BACKUP_SCHEMAS", (text) => text !== "[]" && isListOf(isTrimmed)(text), "a JSON list of schemas"],
  ["BACKUP_PREFIX", isTrimmed, "a prefix without spaces around it"],
  ["BACKUP_STACK", (text) => /^[\w.-]{1,100}$/.test(text), "the name of a stack"],
  [
    "PGDATABASE",
    (text) => isTrimmed(text) && !/^template[01]$/.test(text),
    "a database that an application has",
  ],
  ["PGPORT", (text) => /^\d{1,5}$/.test(text), "a port"],
  ["BACKUP_REGION", (text) => /^[\w-]{1,100}$/.test(text), "the name of a region"],
];
