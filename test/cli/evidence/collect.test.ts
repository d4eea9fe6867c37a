import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { collect, type Gh } from "../../../cli/evidence/collect.ts";
import { EvidenceFolder } from "../../../evidence/folder.ts";
import { type SealedRecord, sealRun } from "../../../evidence/record.ts";
import { Failure } from "../../../lib/failure.ts";
import { runOf } from "../../evidence/records.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "collect-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hours = (ago: number): string => new Date(Date.now() - ago * 3_600_000).toISOString();
const sealed = (minute: number): SealedRecord =>
  sealRun(runOf({ finishedAt: `2026-11-28T12:0${minute}:00.000Z` }), undefined);

interface Fake {
  name: string;
  id: number;
  event?: string;
  path?: string;
  head?: string;
  fork?: boolean;
  commit?: string;
  expired?: boolean;
  ago?: number;
  files: (place: string) => void;
}

function write(...records: SealedRecord[]) {
  return (place: string): void => {
    mkdirSync(join(place, "production"));
    for (const { name, bytes } of records) writeFileSync(join(place, "production", name), bytes);
  };
}

/** Commits: the newest of the default branch, one before it, one beside it and one of another history. */
const [newest, earlier, beside, foreign] = ["a", "b", "c", "d"].map((digit) => digit.repeat(40));

/** How the newest commit of the default branch relates to another. */
const statuses = new Map([
  [earlier, "ahead"],
  [beside, "diverged"],
]);

/** What `gh` answers of some artifacts. */
function ghOf(fakes: readonly Fake[]): Gh {
  return async (args) => {
    const [what = "", where = "", id] = args;
    if (what === "run") {
      const fake = fakes.find((one) => String(one.id) === id);
      fake?.files(args.at(-1) ?? "");
      return "";
    }
    if (where.includes("/artifacts?")) {
      return JSON.stringify(
        fakes.map(({ name, id: run, fork = false, expired = false, ago = 1, head = "main" }) => ({
          ...{ name, expired, created_at: hours(ago) },
          workflow_run: { id: run, repository_id: 1, head_repository_id: fork ? 2 : 1, head_branch: head },
        })),
      );
    }
    if (where.endsWith("/git/ref/heads/main")) return `${newest}\n`;
    if (where.includes("/compare/")) {
      const status = statuses.get(/\/([0-9a-f]{40})\.\.\.a{40}\?/.exec(where)?.[1]);
      if (status === undefined)
        throw new Failure("refused", "gh ended with exit status 1:\ngh: Not Found (HTTP 404)");
      return `${status}\n`;
    }
    const fake = fakes.find((one) => where.endsWith(`/runs/${one.id}`));
    if (fake === undefined) return "main\n";
    const { event = "schedule", path = ".github/workflows/nightly.yml", head = "main" } = fake;
    return JSON.stringify({ event, path, head_branch: head, head_sha: fake.commit ?? newest });
  };
}

const flags = () => ({
  ...{ stack: "production", cwd: folder, evidence: "records", json: true, debug: false, days: 30 },
});

async function collected(fakes: readonly Fake[]) {
  const { status, output } = await collect(flags(), ghOf(fakes));
  const { added, present, problems } = JSON.parse(output ?? "");
  return { status, added, present, problems };
}

it("brings what workflows recorded into the folder once, where a decision finds it", async () => {
  const [first, second, third] = [sealed(1), sealed(2), sealed(3)];
  const fakes: Fake[] = [
    { name: "records-verify", id: 1, commit: earlier, files: write(first, second) },
    { name: "records-deploy", id: 2, event: "release", head: "v3.0.0", files: write(third) },
  ];
  const names = [first, second, third].map(({ name }) => join("production", name)).toSorted();
  const once = await collected(fakes);
  expect({ ...once, added: once.added.toSorted() }).toEqual({
    status: 0,
    added: names,
    present: 0,
    problems: [],
  });
  expect(await collected(fakes)).toEqual({ status: 0, added: [], present: 3, problems: [] });
  const { records, problems } = new EvidenceFolder(join(folder, "records"), "production").read([]);
  expect([records.length, problems]).toEqual([3, []]);
});

it("passes over what nobody has reviewed, and what is no longer there", async () => {
  const files = write(sealed(1));
  const nobody: Omit<Fake, "id" | "files">[] = [
    { name: "records-verify", fork: true },
    { name: "records-verify", event: "pull_request", head: "main" },
    { name: "records-verify", event: "push", head: "feature" },
    { name: "records-verify", event: "workflow_dispatch", head: "feature" },
    // Of a tag that is called as the default branch.
    { name: "records-verify", event: "push", commit: beside },
    { name: "records-verify", event: "workflow_dispatch", commit: foreign },
    { name: "records-verify", path: ".github/workflows/other.yml" },
    { name: "records-verify", path: "nightly.yml" },
    { name: "coverage" },
    { name: "records-verify", expired: true },
    { name: "records-verify", ago: 31 * 24 },
  ];
  for (const [index, one] of nobody.entries()) {
    expect(await collected([{ ...one, id: index + 1, files }]), JSON.stringify(one)).toMatchObject({
      added: [],
    });
  }
});

it("names what is not the record that its name says, follows no link and goes on", async () => {
  const [good, changed] = [sealed(1), sealed(2)];
  const { status, added, problems } = await collected([
    {
      ...{ name: "records-drill", id: 1 },
      files: (place) => {
        write(good, { ...changed, bytes: Buffer.from("{}") })(place);
        symlinkSync("/etc", join(place, "linked"));
        symlinkSync("/etc/hostname", join(place, "production", sealed(3).name));
        mkdirSync(join(place, "staging"));
        writeFileSync(join(place, "staging", good.name), good.bytes);
        writeFileSync(join(place, "production", "note.txt"), "no record");
      },
    },
  ]);
  expect({ status, added }).toEqual({ status: 2, added: [join("production", good.name)] });
  expect(problems).toEqual([
    expect.stringMatching(/records-drill of the run 1: .* is about the stack production, not staging/),
    expect.stringMatching(/records-drill of the run 1: .* it was changed/),
  ]);
  expect(readdirSync(join(folder, "records"))).toEqual(["production"]);
});

it("refuses a bucket, and an answer of an unknown form", async () => {
  await expect(collect({ ...flags(), evidence: "s3:" }, ghOf([]))).rejects.toThrow(/in a bucket/);
  await expect(collect(flags(), async () => "<html>")).rejects.toThrow(/unknown form/);
});
