import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FileJournal } from "../../../operations/release/journal-file.ts";

const folder = mkdtempSync(join(tmpdir(), "killed-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface End {
  readonly signal: string | null;
  readonly out: string;
}

async function run(...args: string[]): Promise<End> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "dying-run.ts"), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString("utf8");
  });
  const [, signal] = await once(child, "close");
  return { signal: typeof signal === "string" ? signal : null, out };
}

describe("a release whose process is killed while it writes to its file", () => {
  // Lease, opened, begun, acting, acted, ended, recorded, free: each in one process, and the next one goes on.
  it("is whole and goes on, whichever write it was", async () => {
    const path = join(folder, "journal.sqlite");
    let kills = 0;
    for (let number = 0; number < 12; number += 1) {
      const when = number % 2 === 0 ? "persists" : "before";
      const { signal, out } = await run(path, String(number), String(number + 1), when);
      if (signal !== "SIGKILL") {
        expect(JSON.parse(out)).toMatchObject({ state: "done" });
        break;
      }
      kills += 1;
    }
    expect(kills).toBeGreaterThan(3);
    const journal = new FileJournal(path, "3.0.0");
    const entries = await journal.read();
    journal.close();
    expect(entries.filter(({ kind }) => kind === "acting").length).toBeLessThanOrEqual(2);
    expect(entries.filter(({ kind }) => kind === "opened")).toHaveLength(1);
    expect(entries.filter(({ kind }) => kind === "ended")).toHaveLength(1);
    expect(entries.filter(({ kind }) => kind === "recorded")).toHaveLength(1);
  });
});
