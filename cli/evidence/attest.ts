import { resolve } from "node:path";
import { attestationOf } from "../../evidence/attestation.ts";
import type { Result } from "../../lib/command.ts";
import { exitStatus } from "../../lib/exit.ts";
import { jsonLine } from "../../lib/json.ts";
import { textTable } from "../../lib/table.ts";
import { counted, printableText } from "../../lib/text.ts";
import { findCredential } from "../../policies/model/secret-formats.ts";
import { projectNameOf } from "../../project/project.ts";
import { readStackSettings } from "../../project/settings.ts";
import { registeredControls } from "./controls.ts";
import { decided } from "./decision.ts";
import { authorsOf, git } from "./git.ts";
import type { AttestFlags } from "./options.ts";
import { placeIn } from "./place.ts";
import { recordRun } from "./record.ts";

/** @throws {Failure} `refused` */
export async function attest(item: string | undefined, flags: AttestFlags): Promise<Result> {
  const cwd = resolve(flags.cwd);
  const { evidence } = readStackSettings(cwd, flags.stack);
  const at = new Date();
  const commit = await git(cwd, ["rev-parse", "--verify", "HEAD"]);
  const authors = evidence.fourEyes ? await authorsOf(cwd, commit) : [];
  const { by, shows, until, note, doesNotHold } = flags;
  const signable = new Set<string>(
    registeredControls().flatMap(({ kind, items }) => (kind === "attest" ? items : [])),
  );
  const result = attestationOf(
    { item, by, shows, until, note, holds: !doesNotHold },
    {
      ...{ at, maximumDays: evidence.attestationDays, signable, authors },
      credentialIn: (text) => findCredential(text)?.kind,
    },
  );
  const record = await recordRun(placeIn(cwd, flags.evidence), {
    kind: "attestation",
    cwd,
    project: projectNameOf(cwd),
    stack: flags.stack,
    startedAt: at,
    results: [result],
    commit,
  });
  const signed = record.signed.state === "signed" ? "signed" : "unsigned: EVIDENCE_SIGNING_KEY is not set";
  return {
    status: exitStatus.holds,
    output: flags.json
      ? jsonLine({ record: record.name, result, signed: record.signed.state })
      : printableText(
          `${result.items.join(", ")}: ${result.summary}, until ${flags.until}\nRecord: ${record.name} (${signed})\n`,
        ),
  };
}

/** Days before its end on which an attestation is shown as about to end. */
const soonDays = 7;

/** What needs a person's signature, what is missing, and what ends soon. */
export async function listAttestations(flags: AttestFlags): Promise<Result> {
  const document = await decided({ ...flags, phase: "after", checkpoint: [] });
  const soon = new Date(Date.parse(document.at) + soonDays * 86_400_000).toISOString();
  const rows = document.items.flatMap(({ id, text, owner, controls }) =>
    controls
      .filter(({ kind }) => kind === "attest")
      .map(({ verdict, until, by, standsFor = [] }) => ({
        id,
        text,
        owner,
        inPlaceOf: standsFor,
        state:
          verdict !== "holds"
            ? until === undefined
              ? "missing"
              : verdict
            : until !== undefined && until < soon
              ? "ends soon"
              : "holds",
        ...(until !== undefined && { until }),
        ...(by !== undefined && { by }),
      })),
  );
  const open = rows.filter(({ state }) => state !== "holds" && state !== "ends soon");
  const table = textTable([
    ["item", "state", "until", "in place of", "owner", "what"],
    ...rows.map(({ id, state, until, inPlaceOf, owner, text }) => [
      id,
      state,
      until?.slice(0, 10) ?? "",
      inPlaceOf.join(" and "),
      owner,
      text,
    ]),
  ]);
  return {
    status: open.length === 0 ? exitStatus.holds : exitStatus.doesNotHold,
    output: flags.json
      ? jsonLine({ attestations: rows })
      : printableText(
          `${table.join("\n")}\n\n${counted(open.length, "signature")} missing of ${rows.length}.\n`,
        ),
  };
}
