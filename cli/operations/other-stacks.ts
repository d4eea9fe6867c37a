import type { Settings } from "../../config/settings.ts";
import { Failure } from "../../lib/failure.ts";
import { stackNames } from "../../project/project.ts";
import { readStackSettings } from "../../project/settings.ts";
import { askForOutputs, type Outputs, readOutputs } from "../../verify/outputs.ts";

/** The settings of the stack that a release is tried in, where production is verified and the project has one. */
export function stagingOf(cwd: string, { stage, rollout }: Settings): Settings | undefined {
  if (stage !== "production" || !stackNames(cwd).includes(rollout.stagingStack)) return undefined;
  return readStackSettings(cwd, rollout.stagingStack);
}

/**
 * The outputs of the project's other stacks, of files, or of the Pulumi CLI when a probe asks for them.
 *
 * @throws {Failure} `refused`, for a file that cannot be read
 */
export function otherOutputsBy(
  { cwd, stack, outputsOf = [] }: { cwd: string; stack: string; outputsOf?: readonly string[] },
  { environment, signal }: { environment: NodeJS.ProcessEnv; signal: AbortSignal },
): () => Promise<ReadonlyMap<string, Outputs | undefined>> {
  const given = new Map(outputsOf.map(readPair));
  if (given.has(stack)) throw new Failure("refused", `--outputs-of ${stack}: this is the stack to verify`);
  let asked: Promise<ReadonlyMap<string, Outputs | undefined>> | undefined;
  return () => {
    asked ??= askAll();
    return asked;
  };

  async function askAll(): Promise<ReadonlyMap<string, Outputs | undefined>> {
    const names = new Set([...stackNames(cwd), ...given.keys()]);
    names.delete(stack);
    const found = [...names].map(async (name): Promise<[string, Outputs | undefined]> => {
      const known = given.get(name);
      if (known !== undefined) return [name, known];
      const answer = await askForOutputs({ cwd, stack: name, env: environment }, signal);
      return [name, "outputs" in answer ? answer.outputs : undefined];
    });
    return new Map(await Promise.all(found));
  }
}

function readPair(text: string): [stack: string, outputs: Outputs] {
  const [, stack, path] = /^([A-Za-z0-9_.-]{1,100})=(.+)$/.exec(text) ?? [];
  if (stack === undefined || path === undefined) {
    throw new Failure(
      "refused",
      `--outputs-of ${JSON.stringify(text)} is not of the form staging=outputs.json`,
    );
  }
  return [stack, readOutputs(path)];
}
