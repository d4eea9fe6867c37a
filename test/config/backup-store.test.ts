import { describe, expect, it } from "vitest";
import { backupStore } from "../../config/backup-store.ts";
import { accept, changed, configOf, problemLines, refusal, writtenSettings } from "./stack.ts";

const production = writtenSettings("production");

describe("the store of a stack's backups", () => {
  it("at R2 is in the account, by its jurisdiction", () => {
    const host = "0123456789abcdef0123456789abcdef";
    expect(backupStore(accept(production))).toEqual({
      endpoint: `https://${host}.eu.r2.cloudflarestorage.com`,
      region: "auto",
      bucket: "optropic-backups",
      prefix: "postgres/",
    });
    const elsewhere = accept(changed(production, "backups.jurisdiction", "default"));
    expect(backupStore(elsewhere).endpoint).toBe(`https://${host}.r2.cloudflarestorage.com`);
  });

  it("elsewhere is where the settings say", () => {
    const onS3 = changed(changed(production, "backups.provider", "s3"), "backups.s3", {
      endpoint: "https://s3.example.com",
      region: "eu-west-1",
    });
    expect(backupStore(accept(onS3))).toEqual({
      endpoint: "https://s3.example.com",
      region: "eu-west-1",
      bucket: "optropic-backups",
      prefix: "postgres/",
    });
    const named = changed(onS3, "backups.s3.bucket", "example-backups");
    expect(backupStore(accept(named)).bucket).toBe("example-backups");
  });

  it("is another for each stage", () => {
    expect(backupStore(accept(writtenSettings("staging"))).bucket).toBe("optropic-backups-staging");
  });

  it("is in no bucket that a copy of the backups is in, and neither is another copy", () => {
    const main = backupStore(accept(production));
    const copy = { name: "one", endpoint: main.endpoint, bucket: "elsewhere" };
    const withCopies = (...copies: readonly object[]) => changed(production, "backups.copies", copies);
    expect(accept(withCopies(copy, { ...copy, name: "two", bucket: "further" })).backups.copies).toHaveLength(
      2,
    );
    const same = { ...copy, bucket: main.bucket };
    expect(problemLines(refusal(configOf(withCopies(copy, { ...same, name: "two" }))))).toEqual([
      expect.stringMatching(
        /^backups\.copies\[1\]\.bucket: expected a bucket that the store "main" is not in/,
      ),
    ]);
    expect(problemLines(refusal(configOf(withCopies(copy, { ...copy, name: "two" }))))).toEqual([
      expect.stringMatching(
        /^backups\.copies\[1\]\.bucket: expected a bucket that the store "one" is not in/,
      ),
    ]);
  });
});
