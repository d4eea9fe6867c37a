import { asset } from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { Recorder } from "../../../policies/framework/recorder.ts";

test("the text of an asset, or where it is, is among the inputs before the stack is judged", async () => {
  const recorder = new Recorder();
  const file = new asset.FileAsset("settings.yaml");
  const plain = { name: "production", tags: ["a"] };
  recorder.record({
    urn: "assets",
    props: { ...plain, files: [{ yaml: new asset.StringAsset("values: {}") }, file] },
  });
  recorder.record({ urn: "plain", props: plain });
  await Promise.resolve();
  expect(recorder.lookup("assets")?.inputs).toEqual({
    ...plain,
    files: [{ yaml: { text: "values: {}" } }, { path: "settings.yaml" }],
  });
  expect(recorder.lookup("plain")?.inputs).toBe(plain);
});
