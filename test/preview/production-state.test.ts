import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type PreviewDocument, preview } from "../../preview/index.ts";
import { renderPreview } from "../../preview/report/render.ts";
import { exportedProduction } from "./exported-state.ts";

const root = join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "state-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function judged(exported: string): Promise<PreviewDocument> {
  const state = join(folder, "state.json");
  writeFileSync(state, exported);
  const policyPacks = [join(root, "policies")];
  return preview({ cwd: root, stack: "production", policyPacks, state, timeoutMs: 120_000 });
}

function named(document: PreviewDocument, status: string): string[] {
  return document.policies.filter((policy) => policy.status === status).map(({ name }) => name);
}

describe("the export of a production that holds", () => {
  it("is refused by no policy as it is, where secrets are ciphertext and what they are made of is unknown", async () => {
    const document = await judged(await exportedProduction(false));
    expect(named(document, "violated")).toEqual([]);
    const unknown = named(document, "unknown");
    expect(unknown).toContain("connections-encrypted");
    const shown = renderPreview(document);
    for (const name of unknown)
      expect(shown).toMatch(new RegExp(`\\? ${name}.*: cannot be known from this state`));
    expect(shown).not.toMatch(/decided at deployment|to create/);
  });

  it("is refused by no policy with its secrets shown, those that a person gave included, and says none", async () => {
    const document = await judged(await exportedProduction(true));
    expect(named(document, "violated")).toEqual([]);
    expect(named(document, "unknown")).toEqual([]);
    expect(JSON.stringify(document)).not.toMatch(/T00000000\/B00000000/);
  });

  it("is refused with its secrets shown where one of them is too short", async () => {
    const exported = await exportedProduction(true);
    const secret = /"JWT_SECRET[^}]*?plaintext":"\\"([a-z]{64})/.exec(exported)?.[1] ?? "";
    expect(secret).toHaveLength(64);
    const document = await judged(exported.replaceAll(secret, secret.slice(0, 12)));
    expect(named(document, "violated")).toContain("jwt-secret-length");
  });
});
