import { describe, expect, it } from "vitest";
import { renderPreview } from "../../preview/index.ts";
import { failureOf, previewOf } from "./harness.ts";

/** Secrets of the fixture program, and those that the settings of a preview put in place of secure ones. */
const given = ["canary-of-an-override", "canary/of a+nested&override"];
const config = [`token=${given[0]}`, `database.password=${given[1]}`];
const canaries = [
  ...given,
  ...given.map((text) => encodeURIComponent(text)),
  "canary-of-an-input",
  "canary-of-a-stack-output",
  'canary"of"the"key',
  'canary\\"of\\"the\\"key',
  "with / and + and =",
  "4711081542",
];

describe("a secret reaches no output", () => {
  it("of a preview that succeeds: an override, an input, what is printed, logged, put out or echoed", async () => {
    const document = await previewOf("secrets", ["echo"], { config });
    expect(document.summary.resources).toBe(3);
    expect(JSON.stringify(document.messages)).toContain("printed [secret] [secret]");
    expect(JSON.stringify(document.messages)).toContain("logged [secret]");
    const echoes = document.policies.find(({ name }) => name === "echo-resource")?.violations ?? [];
    expect(echoes.find(({ urn }) => urn.endsWith("::pet"))?.message).toContain('"prefix":"[secret]"');
    for (const output of [JSON.stringify(document), renderPreview(document, { color: true })]) {
      for (const canary of canaries) expect(output).not.toContain(canary);
    }
  });

  it("of a preview that fails, with or without a stack trace", async () => {
    for (const stackTraces of [false, true]) {
      const failed = previewOf("secrets", [], { config: [...config, "fails=true"], stackTraces });
      const { message } = await failureOf(failed);
      expect(message).toContain("thrown [secret] with [secret], [secret] and [secret]");
      const trace = await failed.catch((error: Error) => String(error.stack));
      for (const canary of canaries) {
        expect(message).not.toContain(canary);
        expect(trace).not.toContain(canary);
      }
    }
  });

  it("of a setting that is refused", async () => {
    const { message } = await failureOf(previewOf("secrets", [], { config: ["data base..x=canary"] }));
    expect(message).toBe('--config "data base..x=…" is not key=value or key.path=value');
  });
});

describe("a secure setting", () => {
  it("is a placeholder where no override takes its place", async () => {
    const { resources } = await previewOf("secrets");
    const pet = resources.find(({ name }) => name === "pet");
    expect(pet?.inputs.keepers).toEqual({
      token: "[secret]",
      database: "[secret]",
      key: "[secret]",
      number: "[secret]",
    });
  });
});
