import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity } from "age-encryption";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readBackupVariables, readIdentity, readStoreKeys } from "../../../cli/operations/environment.ts";
import { Failure } from "../../../lib/failure.ts";

const canary = "canary-4d1e";

describe("variables of backups", () => {
  test("that are empty or absent say nothing", () => {
    expect(readBackupVariables({ BACKUP_REGION: "", OTHER: "x" })).toEqual({});
    const days = { BACKUP_LOCK_DAYS: "30", BACKUP_SCHEMAS: '["public"]' };
    expect(readBackupVariables(days)).toEqual({ BACKUP_LOCK_DAYS: 30, BACKUP_SCHEMAS: ["public"] });
  });

  test.each([
    ["BACKUP_ENDPOINT", canary, "BACKUP_ENDPOINT is not a URL"],
    ["BACKUP_ENDPOINT", `ftp://${canary}`, "BACKUP_ENDPOINT is not a URL"],
    ["BACKUP_RECIPIENTS", canary, "BACKUP_RECIPIENTS is not a JSON list of strings"],
    ["BACKUP_RECIPIENTS", `["${canary}", 1]`, "BACKUP_RECIPIENTS is not a JSON list of strings"],
    ["BACKUP_SCHEMAS", `{"${canary}":1}`, "BACKUP_SCHEMAS is not a JSON list of strings"],
    ["BACKUP_JOBS", canary, "BACKUP_JOBS is not a number from 1 to 16"],
    ["BACKUP_JOBS", "0", "BACKUP_JOBS is not a number from 1 to 16"],
    ["BACKUP_JOBS", "17", "BACKUP_JOBS is not a number from 1 to 16"],
    ["BACKUP_LOCK_DAYS", canary, "BACKUP_LOCK_DAYS is not a number of days up to 3650"],
    ["BACKUP_LOCK_DAYS", "-1", "BACKUP_LOCK_DAYS is not a number of days up to 3650"],
    ["BACKUP_LOCK_DAYS", "3651", "BACKUP_LOCK_DAYS is not a number of days up to 3650"],
    ["BACKUP_LOCK_DAYS", "1e3", "BACKUP_LOCK_DAYS is not a number of days up to 3650"],
    ["BACKUP_CHECK_IN_URL", canary, "BACKUP_CHECK_IN_URL is not a URL"],
    ["BACKUP_BUCKET", canary.repeat(100), "BACKUP_BUCKET is not text of at most 255 characters"],
  ])("name %s, when it is malformed, and not what it holds", (name, value, message) => {
    const failure = refusal(() => readBackupVariables({ [name]: value }));
    expect(failure.message).toBe(message);
  });

  test("of any text are read or refused, without the text", () => {
    const names = ["BACKUP_ENDPOINT", "BACKUP_RECIPIENTS", "BACKUP_LOCK_DAYS", "BACKUP_CHECK_IN_URL"];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.oneof(fc.string(), fc.json()), (name, text) => {
        try {
          readBackupVariables({ [name]: `${text}${canary}` });
        } catch (error) {
          expect(error).toMatchObject({ kind: "refused" });
          expect(String(error)).not.toContain(canary);
        }
      }),
    );
  });
});

describe("identities", () => {
  let folder: string;
  let identity: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "environment-"));
    identity = await generateX25519Identity();
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test("are those of the file, or else of the environment", () => {
    const file = fileWith(`# key\n${identity}\n`);
    expect(readIdentity(file, { BACKUP_IDENTITY: canary })).toEqual([identity]);
    expect(readIdentity(undefined, { BACKUP_IDENTITY: identity })).toEqual([identity]);
  });

  test.each<[string, () => string, RegExp]>([
    ["absent", () => join(folder, "absent"), /Cannot read .*absent/],
    ["a folder", () => folder, /Cannot read /],
    ["empty", () => fileWith("# nothing\n"), / has no age identity$/],
    ["of something else", () => fileWith(canary), /A line of the identities is not an age identity/],
    ["of a broken identity", () => fileWith(`${identity}X`), /is not an age identity/],
    ["huge", () => fileWith("#".repeat(100_000)), /Cannot read --identity .*: it is larger than 64 KiB/],
  ])("in a file that is %s are refused", (_, file, message) => {
    const failure = refusal(() => readIdentity(file(), {}));
    expect(failure.message).toMatch(message);
    expect(failure.message).not.toContain(identity.slice(20));
    expect(failure.message).not.toContain(canary);
  });

  test("are asked for where there are none", () => {
    expect(refusal(() => readIdentity(undefined, {})).message).toContain("--identity or set BACKUP_IDENTITY");
    const failure = refusal(() => readIdentity(undefined, { BACKUP_IDENTITY: canary }));
    expect(failure.message).not.toContain(canary);
  });

  function fileWith(text: string): string {
    const file = join(folder, "identities");
    writeFileSync(file, text);
    return file;
  }
});

describe("the keys of the store", () => {
  const keys = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: `${canary}\n` };

  test("are those of the environment, with the token of temporary ones", () => {
    expect(readStoreKeys(keys)).toEqual({ accessKeyId: "id", secretAccessKey: canary });
    expect(readStoreKeys({ ...keys, AWS_SESSION_TOKEN: "token" })).toEqual({
      accessKeyId: "id",
      secretAccessKey: canary,
      sessionToken: "token",
    });
  });

  test("are looked for by the SDK where the environment has none", () => {
    expect(readStoreKeys({ AWS_SESSION_TOKEN: "x", AWS_PROFILE: "backup" })).toBeUndefined();
  });

  test.each(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])("without %s alone are refused", (name) => {
    expect(refusal(() => readStoreKeys({ ...keys, [name]: "" })).message).toBe(
      `${name} is not set, and the other half of the store's keys is`,
    );
  });

  test("that no store gives out are refused, and not repeated", () => {
    const broken = { ...keys, AWS_SECRET_ACCESS_KEY: `${canary} ${canary}` };
    expect(refusal(() => readStoreKeys(broken)).message).toBe(
      "AWS_SECRET_ACCESS_KEY is not a key of a store",
    );
  });
});

function refusal(read: () => unknown): Failure {
  try {
    read();
  } catch (error) {
    if (error instanceof Failure && error.kind === "refused") return error;
    throw error;
  }
  throw new Error("It was taken");
}
