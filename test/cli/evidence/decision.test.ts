import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Item, items } from "../../../checklist/items.ts";
import { namedControls } from "../../../checklist/named-controls.ts";
import { checkpoint, recordLoadTest, verify } from "../../../cli/evidence/commands.ts";
import { registeredControls } from "../../../cli/evidence/controls.ts";
import { decided } from "../../../cli/evidence/decision.ts";
import { namedControlsSource } from "../../../docs/controls.ts";
import { sha256 } from "../../../evidence/digest.ts";
import { EvidenceFolder } from "../../../evidence/folder.ts";
import { generateKeys } from "../../../evidence/keys.ts";
import { controlKey } from "../../../evidence/registered.ts";
import { resultOf, runOf } from "../../evidence/records.ts";
import { run as runProcess } from "../command.ts";
import { runHere } from "../here.ts";

const project = join(import.meta.dirname, "../../..");

/** Items and kinds of control, but probes, that no version has yet: a person signs in their place. */
const signedInstead: string[] = [];

let root: string;
const { privateKey } = generateKeys();

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "evidence-cli-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs the command in this process; by `run`, as a process of its own, which takes a second. */
async function optropic(
  args: string[],
  environment: Record<string, string> = {},
  run: typeof runHere = runHere,
) {
  const { status, stdout, stderr } = await run(args, { NO_COLOR: "1", ...environment });
  return { status, output: stdout, errors: stderr };
}

describe("optropic evidence", () => {
  it("goes from a signature to a decision, and shows what was removed", async () => {
    const records = join(root, "records");
    const evidence = ["--evidence", records];
    const attest = (item: string, by?: typeof runHere) =>
      optropic(
        [
          "attest",
          item,
          "--by",
          "lead@optropic.example",
          "--shows",
          "https://optropic.example/tickets/1",
          "--until",
          inDays(7),
          ...evidence,
        ],
        { EVIDENCE_SIGNING_KEY: privateKey },
        by,
      );
    expect(await attest("S8.3", runProcess)).toMatchObject({
      status: 0,
      output: expect.stringMatching(/\(signed\)/),
    });
    expect(await attest("4.2")).toMatchObject({
      status: 2,
      errors: expect.stringMatching(/not for a person to sign/),
    });
    const listed = JSON.parse((await optropic(["attest", "--list", "--json", ...evidence])).output);
    expect(listed.attestations).toContainEqual(
      expect.objectContaining({ id: "S8.3", by: "lead@optropic.example" }),
    );

    const note = join(root, "checkpoint.txt");
    expect((await optropic(["evidence", "checkpoint", "--output", note, ...evidence])).status).toBe(0);
    expect(await optropic(["evidence", "verify", "--checkpoint", note, ...evidence])).toMatchObject({
      status: 0,
    });

    const decided = await optropic(["decide", "--json", "--checkpoint", note, ...evidence], {}, runProcess);
    const document = JSON.parse(decided.output);
    expect(decided.status).toBe(2);
    expect(document).toMatchObject({ decision: "no-go", evidence: { records: 1, problems: [] } });
    expect(document.items).toHaveLength(175);

    const page = join(root, "report.html");
    expect((await optropic(["report", "--output", page, ...evidence])).output).toBe(`no-go: ${page}\n`);
    const told = (await optropic(["report", "--json", "--output", page, ...evidence])).output;
    expect(JSON.parse(told)).toEqual({ decision: "no-go", output: page });
    expect(readFileSync(page, "utf8")).toMatch(/^<!doctype html>/i);
    expect(await optropic(["report", "--output", join(root, "report.pdf"), ...evidence])).toMatchObject({
      status: 2,
      errors: expect.stringMatching(/its extension says no format/),
    });
    expect(readFileSync(page, "utf8")).toMatch(/^<!doctype html>/);

    rmSync(join(records, "production"), { recursive: true });
    expect(await optropic(["evidence", "verify", "--checkpoint", note, ...evidence])).toMatchObject({
      status: 1,
      output: expect.stringMatching(/is gone, which the checkpoint anchors/),
    });
  });

  it("replays a decision as it was, whatever was written later", async () => {
    const records = join(root, "replayed");
    const folder = new EvidenceFolder(records, "production");
    const runAt = (finishedAt: string, state: "holds" | "does-not-hold") =>
      runOf({
        finishedAt,
        settings: sha256(readFileSync(join(project, "Pulumi.production.yaml"))),
        results: [resultOf({ control: { kind: "probe", name: "http-redirected" }, at: finishedAt, state })],
      });
    folder.add(runAt("2026-11-28T12:00:00.000Z", "holds"), undefined);
    const flags = {
      ...{ stack: "production", cwd: project, evidence: records, json: true, debug: false },
      ...{
        at: new Date("2026-11-28T13:00:00Z"),
        commit: "a".repeat(40),
        phase: "after" as const,
        checkpoint: [],
      },
    };
    const then = await decided(flags);
    folder.add(runAt("2026-11-28T14:00:00.000Z", "does-not-hold"), undefined);
    expect(await decided(flags)).toEqual(then);
    const later = await decided({ ...flags, at: new Date("2026-11-28T15:00:00Z") });
    const verdictOf = ({ items: all }: typeof then) =>
      all.flatMap(({ controls }) => controls).find(({ name }) => name === "http-redirected")?.verdict;
    expect([then.evidence.problems, then.evidence.records]).toEqual([[], 1]);
    expect(later.evidence.records).toBe(2);
    expect([verdictOf(then), verdictOf(later)]).toEqual(["holds", "does-not-hold"]);
  });

  it("takes a load test of a host that the settings declare, and of no other", async () => {
    const summary = join(root, "summary.json");
    writeFileSync(summary, JSON.stringify({ metrics: { http_reqs: { count: 1 } } }));
    const flags = {
      ...{ stack: "production", cwd: project, evidence: join(root, "loaded"), json: true, debug: false },
    };
    const others = [
      "https://api.elsewhere.example",
      "https://api.optropic-staging.example.elsewhere.example",
      "http://api.optropic-staging.example",
      "https://api.optropic-staging.example:8443",
      "localhost",
    ];
    for (const target of others) {
      await expect(recordLoadTest(summary, { ...flags, target }), target).rejects.toThrow(
        /is not an https address of a host that the settings declare: https:/,
      );
    }
    const { status } = await recordLoadTest(summary, {
      ...flags,
      target: "https://api.optropic-staging.example",
    });
    expect(status).toBe(2);
  });

  it("cannot tell where there is no record, and anchors nothing there", async () => {
    const flags = {
      ...{ stack: "production", cwd: project, evidence: join(root, "mistyped"), json: false, debug: false },
      checkpoint: [],
    };
    const missing = /^Cannot read --evidence .*mistyped: there is no such file or folder/;
    await expect(verify(flags)).rejects.toThrow(missing);
    await expect(checkpoint(flags)).rejects.toThrow(missing);
    const report = await optropic(["report", "--evidence", flags.evidence]);
    expect(report).toMatchObject({ status: 2, output: "", errors: expect.stringContaining("Cannot read") });
    mkdirSync(flags.evidence);
    expect(await verify(flags)).toMatchObject({
      status: 2,
      output: expect.stringMatching(/no record of production in .*mistyped.*nothing to check/),
    });
    await expect(checkpoint(flags)).rejects.toThrow(/no record of production/);
  });

  it("names what a checkpoint is of, as the subject of an attestation", async () => {
    const [records, subject] = [join(root, "attested"), join(root, "origin")];
    new EvidenceFolder(records, "production").add(runOf(), undefined);
    const flags = { stack: "production", cwd: project, evidence: records, json: true, debug: false };
    const { output } = await checkpoint({ ...flags, subject });
    expect(JSON.parse(output ?? "")).toMatchObject({
      size: 1,
      note: expect.stringMatching(/^optropic\/production\n1\n/),
    });
    expect(readFileSync(subject, "utf8")).toBe("optropic/production\n");
  });

  it("never shows a signing key that it cannot read", async () => {
    const { status, output, errors } = await optropic(
      [
        "attest",
        "S8.3",
        "--by",
        "lead@optropic.example",
        "--shows",
        "https://optropic.example",
        "--until",
        inDays(7),
        "--evidence",
        join(root, "other"),
      ],
      { EVIDENCE_SIGNING_KEY: "canary-c0ffee" },
    );
    expect(status).toBe(2);
    expect(errors).toMatch(/EVIDENCE_SIGNING_KEY is not an Ed25519 private key/);
    expect(output + errors).not.toContain("canary");
  });
});

describe("the controls that the code registers", () => {
  const controls = registeredControls();

  it("leave no item without a control, and no kind of control that an item asks for without one", () => {
    const all: readonly Item[] = items;
    const open = all.flatMap(({ id, controls: asked }) => {
      const own = controls.filter((control) => control.items.includes(id));
      return asked
        .filter((kind) => !own.some((control) => control.kind === kind || control.standsFor?.includes(kind)))
        .map((kind) => `${id} ${kind}`);
    });
    expect(open).toEqual([]);
  });

  it("let a person sign in place of these kinds, which no version has a control for yet", () => {
    const instead = controls.flatMap(({ items: ids, standsFor = [] }) =>
      ids.flatMap((id) => standsFor.filter((kind) => kind !== "probe").map((kind) => `${id} ${kind}`)),
    );
    // This list may only become shorter.
    expect(instead).toEqual(signedInstead);
  });

  it("are what the checklist names, each at its items, and nothing else: npm run docs", () => {
    const registered = new Map(
      items.map(({ id }) => [id, controls.filter((control) => control.items.includes(id)).map(controlKey)]),
    );
    const unknown = Object.entries(namedControls).flatMap(([id, names]) =>
      names
        .filter((name) => !controls.some((control) => controlKey(control) === name))
        .map((name) => `${id} ${name}`),
    );
    const unnamed = [...registered].flatMap(([id, names]) =>
      names.filter((name) => !namedControls[id].includes(name)).map((name) => `${id} ${name}`),
    );
    const uncontrolled = items.filter(({ id }) => namedControls[id].length === 0).map(({ id }) => id);
    expect({ unknown, unnamed, uncontrolled }).toEqual({ unknown: [], unnamed: [], uncontrolled: [] });
    const source = readFileSync(join(import.meta.dirname, "../../../checklist/named-controls.ts"), "utf8");
    expect(source).toBe(namedControlsSource());
  });

  it("have a name of their own and items of the checklist that ask for such a control", () => {
    const names = controls.map(({ kind, name }) => `${kind}:${name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(controls.filter(({ items: ids }) => ids.length === 0)).toEqual([]);
  });
});

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
