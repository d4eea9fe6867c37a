import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { inject } from "vitest";
import type { RecordedResource } from "./record.ts";

/** The stacks of this repository, each with the resources that its program declares. */
export interface RecordedStacks {
  readonly production: readonly RecordedResource[];
  readonly staging: readonly RecordedResource[];
  readonly delivery: readonly RecordedResource[];
}

/** The stacks as they were recorded for this run of the tests, which is done once for all test files. */
export async function recordedStacks(): Promise<RecordedStacks> {
  const socket = connect(inject("recordingsPort"), "127.0.0.1");
  const answer: RecordedStacks | { error: string } = JSON.parse(await text(socket));
  if ("error" in answer) throw new Error(`The program could not be recorded: ${answer.error}`);
  return answer;
}
