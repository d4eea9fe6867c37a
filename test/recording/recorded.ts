import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { inject } from "vitest";
import { packName } from "../../policies/model/pack-name.ts";
import type { PreviewDocument } from "../../preview/index.ts";
import type { RecordedResource } from "./record.ts";

/** The stacks of this repository, each with the resources that its program declares. */
export interface RecordedStacks {
  readonly production: readonly RecordedResource[];
  readonly staging: readonly RecordedResource[];
  readonly delivery: readonly RecordedResource[];
}

/** The stacks as they were recorded for this run of the tests, which is done once for all test files. */
export function recordedStacks(): Promise<RecordedStacks> {
  return answerFrom<RecordedStacks>(inject("recordingsPort"));
}

/** A stack by the real command, of this run of the tests. */
export interface Previewed {
  /** What the pack of this repository says of it. The command ended with status 0. */
  readonly document: PreviewDocument;
  /** What another pack was handed. */
  readonly seen: readonly RecordedResource[];
}

/** The preview of a stage, which is done once for all test files. */
export async function previewed(stack: "production" | "staging"): Promise<Previewed> {
  const { document, seen } = await answerFrom<Previewed>(inject("previewPorts")[stack]);
  const policies = document.policies.filter(({ pack }) => pack === packName);
  const passed = policies.filter(({ status }) => status === "passed").length;
  return { document: { ...document, policies, summary: { ...document.summary, passed } }, seen };
}

/** The document of the preview of production. */
export async function previewedProduction(): Promise<PreviewDocument> {
  return (await previewed("production")).document;
}

async function answerFrom<Answer extends object>(port: number): Promise<Answer> {
  const answer: Answer | { error: string } = JSON.parse(await text(connect(port, "127.0.0.1")));
  if ("error" in answer) throw new Error(`There is none: ${answer.error}`);
  return answer;
}
