import * as z from "zod";
import { outputOf } from "../lib/child.ts";
import { Failure, reasonOf } from "../lib/failure.ts";
import { readText } from "../lib/files.ts";
import { parseJson } from "../lib/json.ts";

/** Largest file of outputs that is read, in bytes. */
const maximumBytes = 4 * 1024 * 1024;

const text = z.string().max(10_000).optional();

/**
 * The outputs of a stack that probes read. Pulumi prints `[secret]` for a secret unless it is asked to show
 * it; such an output counts as absent.
 */
export const outputsSchema = z.looseObject({
  metricsToken: text,
  databaseProbeUrl: text,
  databaseRef: text,
  databaseRoleNames: z.unknown().optional(),
  apiServiceId: text,
  webProjectId: text,
  zoneId: text,
  zoneNameServers: z.array(z.string().max(300)).max(20).optional(),
  zoneDsRecord: text,
  sentryDsn: text,
  errorTrackingProject: text,
  secretFingerprints: z.record(z.string().max(100), z.string().max(200)).optional(),
});

export type Outputs = z.infer<typeof outputsSchema>;

/**
 * Reads the outputs of a stack from a file that `pulumi stack output --json` wrote.
 *
 * @throws {Failure} `refused`
 */
export function readOutputs(path: string): Outputs {
  return parseOutputs(readText(`the outputs in ${path}`, path, { maximumBytes }), path);
}

/**
 * Asks the Pulumi CLI for the outputs of a stack, with their secrets.
 *
 * @returns nothing where there is no CLI, no login or no such stack
 */
export async function askForOutputs(
  { cwd, stack, env }: { cwd: string; stack: string; env: NodeJS.ProcessEnv },
  signal: AbortSignal,
): Promise<{ outputs: Outputs } | { missing: string }> {
  const args = ["stack", "output", "--json", "--show-secrets", "--non-interactive", "--stack", stack];
  try {
    const printed = await outputOf("pulumi", { command: "pulumi", args, cwd, env }, signal);
    return { outputs: parseOutputs(printed, "pulumi stack output") };
  } catch (error) {
    const [reason = ""] = reasonOf(error).split("\n");
    return { missing: reason };
  }
}

function parseOutputs(content: string, from: string): Outputs {
  const document = parseJson(content);
  const result = outputsSchema.safeParse(withoutHidden(document));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.map(String).join(".") || "it";
  throw new Failure("refused", `${from} is not the JSON of a stack's outputs: ${where} has another form`);
}

/** Pulumi shows a secret as `[secret]`, which is no value. */
function withoutHidden(document: unknown): unknown {
  if (typeof document !== "object" || document === null || Array.isArray(document)) return document;
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== "[secret]"));
}
