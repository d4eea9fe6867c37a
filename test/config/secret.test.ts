import { describe, expect, it } from "vitest";
import { parseSettings } from "../../config/parse.ts";
import { changed, configOf, problemLines, refusal, source, writtenSettings } from "./stack.ts";

const production = writtenSettings("production");
const canary = "CANARY-4b1d";

describe("a secret", () => {
  it("is never shown, nor are names inside it that are no settings", () => {
    const accounts = {
      cloudflare: canary,
      [canary]: { [canary]: canary },
      vercelTeam: [canary],
      renderOwner: `tea-${canary} `,
    };
    const message = refusal(configOf({ ...production, accounts }), ["accounts"]);
    expect(message).not.toContain(canary);
    expect(problemLines(message)).toContain(
      "accounts.[secret]: unknown; known: cloudflare, supabaseOrganization, vercelTeam, renderOwner",
    );
    expect(message).toContain("found [secret]");
    expect(message.split("\n").at(-1)).toMatch(
      /^\[secret\] stands for a value that is stored as a secret\. No setting is a secret/,
    );
  });

  it("is not shown in text that is no JSON either", () => {
    const config = { ...configOf(production), "optropic:stage": canary, "optropic:domains": `{${canary}` };
    expect(refusal(config, ["stage", "domains"])).not.toContain(canary);
  });

  it("in the place of a URL's user is not shown though the key is plain", () => {
    const settings = changed(production, "links.statusPage", `https://key:${canary}@status.optropic.example`);
    expect(refusal(configOf(settings))).toContain('found "https://[secret]@status.optropic.example"');
  });

  it("that is a valid setting is read", () => {
    expect(parseSettings(configOf(production), source(["accounts"])).accounts).toEqual(production.accounts);
  });
});
