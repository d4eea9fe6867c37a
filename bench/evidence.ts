import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registeredControls } from "../cli/evidence/controls.ts";
import { checkpointOf } from "../evidence/checkpoint.ts";
import { decide } from "../evidence/decide.ts";
import { EvidenceFolder } from "../evidence/folder.ts";
import { generateKeys, readSigningKey, type SigningKey } from "../evidence/keys.ts";
import type { Kept } from "../evidence/read-all.ts";
import { sealRun } from "../evidence/record.ts";
import { verifyEvidence } from "../evidence/verify.ts";
import { markdownTable } from "../lib/table.ts";
import { usageOf } from "./usage.ts";

/** Verifies and decides many records: `node bench/evidence.ts [records]`. */
const count = Number(process.argv[2] ?? 50_000);
const stack = "production";
const at = new Date("2026-11-28T00:00:00Z");
const rows: string[][] = [];

for (const signed of [false, true]) {
  const root = mkdtempSync(join(tmpdir(), "bench-evidence-"));
  try {
    const key = signed ? readSigningKey(generateKeys().privateKey) : undefined;
    write(join(root, stack), key);
    const folder = new EvidenceFolder(root, stack);
    const keys = key === undefined ? [] : [key];
    const checkpoint = checkpointOf(folder.read([]).records, "optropic/production");
    await measure(signed ? "signed" : "unsigned", () => folder.readAll(keys), signed);
    if (signed) await measure("signed, with a checkpoint", () => folder.readAll(keys, [checkpoint]), true);
  } finally {
    rmSync(root, { recursive: true });
  }
}
const headings = ["records", "which", "read and verify ms", "decide ms", "processor ms", "peak MiB"];
console.log(markdownTable(headings, rows));

async function measure(which: string, read: () => Promise<Kept>, signedOnly: boolean): Promise<void> {
  const start = performance.now();
  let between = 0;
  const { processorMs, peakBytes } = await usageOf(async () => {
    const kept = await read();
    const { problems } = verifyEvidence(kept, [], at);
    if (problems.length > 0) throw new Error(problems[0]);
    between = performance.now();
    const hours = { preview: 168, verify: 24, drill: 720, backup: 26, "load-test": 720, gate: 168 };
    decide({
      ...{ project: "optropic", stack, at, records: kept.records, controls: registeredControls() },
      ...{ signedOnly, phase: "after" as const, waivers: [] },
      validHours: { ...hours, migration: 720, release: 720, rollback: 720, watch: 24, attestation: 2184 },
    });
  });
  const end = performance.now();
  rows.push([
    String(count),
    which,
    ...[between - start, end - between, processorMs].map((ms) => String(Math.round(ms))),
    String(Math.round(peakBytes / 1024 / 1024)),
  ]);
}

/** A line of runs, each with three results, as a platform that is measured every few minutes has. */
function write(path: string, key: SigningKey | undefined): void {
  mkdirSync(path, { recursive: true });
  const probes = registeredControls().filter(({ run }) => run === "verify");
  let parents: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const moment = new Date(at.getTime() - (count - index) * 300_000).toISOString();
    const results = [0, 1, 2].map((offset) => {
      const probe = probes[(index + offset) % probes.length];
      if (probe === undefined) throw new Error("There is no probe");
      return {
        control: { kind: probe.kind, name: probe.name },
        ...{ items: [...probe.items], state: "holds" as const, summary: probe.title, at: moment },
        ...{ measured: 120, expected: 500, unit: "ms" },
      };
    });
    const sealed = sealRun(
      {
        ...{ kind: "verify", project: "optropic", stack, commit: "a".repeat(40) },
        tool: { name: "optropic", version: "3.0.0" },
        ...{ startedAt: moment, finishedAt: moment, parents, results },
      },
      key,
    );
    writeFileSync(join(path, sealed.name), sealed.bytes);
    parents = [sealed.digest];
  }
}
