import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordRun, settingsOf } from "../../../cli/evidence/record.ts";
import { sha256 } from "../../../evidence/digest.ts";
import { resultOf } from "../../evidence/records.ts";

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "record-"));
  writeFileSync(join(cwd, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function git(...args: string[]): string {
  const who = ["-c", "user.name=Test", "-c", "user.email=test@optropic.example"];
  return execFileSync("git", [...who, ...args], { cwd, encoding: "utf8", stdio: "pipe" }).trim();
}

describe("a record", () => {
  it("repeats no credential that was measured", async () => {
    const { run } = await recordRun(join(cwd, "records"), {
      ...{ kind: "verify", cwd, project: "shop", stack: "production", startedAt: new Date() },
      results: [
        resultOf({
          at: new Date().toISOString(),
          summary: "DATABASE_URL is postgresql://app:hunter2hunter2@db.optropic.example/app",
          details: ["Authorization: Bearer hunter2hunter2", "Nothing else"],
          measured: `sk_live_${"hunter2".repeat(4)}`,
        }),
      ],
    });
    const text = JSON.stringify(run);
    expect(text).not.toContain("hunter2");
    expect(run.results[0]).toMatchObject({
      summary: "DATABASE_URL is postgresql://app:***@db.optropic.example/app",
      details: ["Authorization: Bearer ***", "Nothing else"],
      measured: "(a Stripe key was taken out of this text)",
    });
  });
});

describe("a record that cannot be written", () => {
  it("ends as what a command puts out, not as an operation that failed", async () => {
    const finding = {
      ...{ kind: "verify" as const, cwd, project: "shop", stack: "production", startedAt: new Date() },
      results: [resultOf({ at: new Date().toISOString() })],
    };
    const records = join(cwd, "records");
    mkdirSync(records);
    // No account can make a folder where a link leads nowhere.
    symlinkSync(join(cwd, "nowhere", "at all"), join(records, "production"));
    await expect(recordRun(records, finding)).rejects.toMatchObject({
      kind: "output",
      message: `Cannot write evidence to ${join(records, "production")}: there is no such folder; create it, or name another`,
    });
  });
});

describe("the settings that are to go live", () => {
  it("are those of the commit, whatever the folder hides from Git", async () => {
    const file = join(cwd, "Pulumi.production.yaml");
    writeFileSync(file, "config: {}\n");
    expect(await settingsOf(cwd, "production", undefined)).toEqual(
      new Map([["shop", sha256("config: {}\n")]]),
    );
    git("init", "--quiet");
    git("add", "--all");
    git("commit", "--quiet", "--message", "Begin");
    git("update-index", "--assume-unchanged", "Pulumi.production.yaml");
    writeFileSync(file, "config: { shop:stage: staging }\n");
    expect(await settingsOf(cwd, "production", git("rev-parse", "HEAD"))).toEqual(
      new Map([["shop", sha256("config: {}\n")]]),
    );
  });
});
