import { Failure } from "../../lib/failure.ts";
import { canonicalBytes } from "../canonical.ts";
import { sha256 } from "../digest.ts";
import { seal } from "../envelope.ts";
import type { SigningKey } from "../keys.ts";
import { payloadType, statementType } from "../statement.ts";
import type { ReportDocument } from "./document.ts";

/** Type of the predicate of a verification summary attestation of SLSA. */
export const summaryType = "https://slsa.dev/verification_summary/v1";

/** The level that a release reaches with a go; the phase says how far it was. */
function levelOf({ phase }: ReportDocument): string {
  return `OPTROPIC_GO_LIVE_${phase.toUpperCase()}`;
}

/**
 * The decision on one release as a verification summary attestation of SLSA, in an envelope of DSSE: who decided,
 * by which policy, from which records, and whether it passed. It is signed where there is a key.
 *
 * @throws {Failure} `refused`, without a commit: it would be about nothing
 */
export function summaryAttestation(document: ReportDocument, key: SigningKey | undefined): string {
  const { commit, decision, at, tool, project, stack, repository, items } = document;
  if (commit === undefined) {
    throw new Failure(
      "refused",
      "A verification summary is about one commit: pass it with --commit, or run in its work tree",
    );
  }
  const records = [
    ...new Set(items.flatMap(({ controls }) => controls.flatMap(({ record }) => record ?? []))),
  ].sort();
  const statement = {
    _type: statementType,
    subject: [{ name: `${project}/${stack}`, digest: { gitCommit: commit } }],
    predicateType: summaryType,
    predicate: {
      verifier: { id: "https://optropic.example/decide", version: { [tool.name]: tool.version } },
      timeVerified: at,
      resourceUri: `git+https://github.com/${repository}@${commit}`,
      policy: { uri: "https://optropic.example/checklist", digest: { sha256: policyDigest(document) } },
      inputAttestations: records.map((digest) => ({
        uri: `records/${stack}/${digest}`,
        digest: { sha256: digest },
      })),
      verificationResult: decision === "go" ? "PASSED" : "FAILED",
      verifiedLevels: [decision === "go" ? levelOf(document) : "FAILED"],
      slsaVersion: "1.0",
    },
  };
  return `${Buffer.from(canonicalBytes(seal(payloadType, statement, key))).toString("utf8")}\n`;
}

/**
 * SHA-256 of what was asked: of which stack, with which settings, at which moment, by which version, and each item,
 * when it is due, and its controls by name.
 */
function policyDigest({ items, project, stack, phase, settings, tool }: ReportDocument): string {
  const asked = items.map(({ id, text, phase, controls }) => ({
    id,
    text,
    phase,
    controls: controls.map(({ kind, name }) => `${kind}:${name}`),
  }));
  return sha256(canonicalBytes({ project, stack, phase, settings, tool, items: asked }));
}
