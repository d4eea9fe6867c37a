import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { inject, type ProvidedContext } from "vitest";
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
  return answerAt<RecordedStacks>("recordingsPort");
}

/**
 * The preview of production, as `optropic preview --json` of this run of the tests printed it, which is done once
 * for all test files. It ended with status 0.
 */
export function previewedProduction(): Promise<PreviewDocument> {
  return answerAt<PreviewDocument>("previewPort");
}

async function answerAt<Answer extends object>(port: keyof ProvidedContext): Promise<Answer> {
  const socket = connect(inject(port), "127.0.0.1");
  const answer: Answer | { error: string } = JSON.parse(await text(socket));
  if ("error" in answer) throw new Error(`There is none: ${answer.error}`);
  return answer;
}
