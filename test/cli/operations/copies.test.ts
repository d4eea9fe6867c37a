import { describe, expect, test } from "vitest";
import { copyNamed, separateCopies } from "../../../cli/operations/copies.ts";
import { readBackupVariables } from "../../../cli/operations/environment.ts";
import { reportersOf } from "../../../cli/operations/reporters.ts";

const canary = "canary-4d1e";
const copy = { name: "elsewhere", endpoint: "https://s3.example.com", region: "eu", bucket: "copies" };
const full = { ...copy, required: true, lockDays: 0 };

describe("copies of backups", () => {
  test("are read from the environment", () => {
    const keys = { elsewhere: { accessKeyId: "id", secretAccessKey: canary } };
    const variables = readBackupVariables({
      BACKUP_COPIES: JSON.stringify([copy]),
      BACKUP_COPY_KEYS: JSON.stringify(keys),
    });
    expect([variables.BACKUP_COPIES, variables.BACKUP_COPY_KEYS]).toEqual([[full], keys]);
  });

  test.each([
    ["BACKUP_COPIES", canary],
    ["BACKUP_COPIES", JSON.stringify([{ ...copy, endpoint: canary }])],
    ["BACKUP_COPIES", JSON.stringify(Array(4).fill(copy))],
    ["BACKUP_COPY_KEYS", JSON.stringify({ elsewhere: canary })],
    ["BACKUP_COPY_KEYS", JSON.stringify([canary])],
    ["BACKUP_WEBHOOK_URL", canary],
    ["BACKUP_SMTP_URL", `https://${canary}`],
    ["BACKUP_MAIL_TO", `a@example.com, ${canary}`],
    ["BACKUP_MAIL_TO", `a@example.com\nBcc: ${canary}@example.com`],
    ["BACKUP_METRICS_FILE", `/tmp/${canary}`],
    ["BACKUP_PATIENCE_MINUTES", canary],
  ])("and %s as %j is refused, and not repeated", (name, value) => {
    const read = () => readBackupVariables({ [name]: value });
    expect(read).toThrow(name);
    expect(read).not.toThrow(canary);
  });

  test("are in stores of their own", () => {
    const main = { endpoint: "https://S3.example.com/", bucket: "backups" };
    const another = { ...full, name: "another", bucket: "more" };
    expect(separateCopies(main, [full, another])).toEqual([full, another]);
    expect(() => separateCopies(main, [{ ...full, bucket: "backups" }])).toThrow(
      'The copy "elsewhere" has the endpoint and the bucket of the store "main"',
    );
    expect(() => separateCopies(main, [full, { ...another, bucket: full.bucket }])).toThrow(
      'The copy "another" has the endpoint and the bucket of the store "elsewhere"',
    );
    for (const name of ["main", "elsewhere"]) {
      expect(() => separateCopies(main, [full, { ...another, name }])).toThrow(
        `Two stores of backups have the name "${name}"`,
      );
    }
  });

  test("are named", () => {
    expect(copyNamed([full], "elsewhere")).toBe(full);
    expect(() => copyNamed([full], "nowhere")).toThrow(
      'There is no store "nowhere": expected main or elsewhere',
    );
  });
});

describe("who is told of a backup", () => {
  const mail = {
    BACKUP_SMTP_URL: "smtps://mail.example.com",
    BACKUP_MAIL_FROM: "a@example.com",
    BACKUP_MAIL_TO: "b@example.com, c@example.com",
  };

  test("is whom the environment names", () => {
    const variables = readBackupVariables({
      BACKUP_CHECK_IN_URL: "https://sentry.example.com",
      BACKUP_WEBHOOK_URL: "https://hooks.example.com",
      BACKUP_METRICS_FILE: "/var/lib/backup.prom",
      BACKUP_PUSHGATEWAY_URL: "https://push.example.com",
      ...mail,
    });
    const names = reportersOf(variables, "production").map(({ name }) => name);
    expect(names).toEqual(["check-in", "webhook", "mail", "metrics file", "push of metrics"]);
    expect(reportersOf(readBackupVariables({}), "production")).toEqual([]);
  });

  test.each(Object.keys(mail))("is refused without %s", (name) => {
    const variables = readBackupVariables({ ...mail, [name]: "" });
    expect(() => reportersOf(variables, "production")).toThrow(`Mail of failures also needs ${name}`);
  });
});
