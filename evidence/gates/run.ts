import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../../lib/failure.ts";
import { printable, shortened } from "../../lib/text.ts";
import type { Result } from "../statement.ts";
import type { Facts } from "./facts.ts";
import type { Gate, GateFinding, Repository } from "./gate.ts";

/** The largest file that a gate reads, in bytes. */
const maximumBytes = 4 * 1024 * 1024;

/** Checks gates, one after the other; one that fails to look is unknown. */
export async function runGates(gates: readonly Gate[], repository: Repository): Promise<Result[]> {
  const results: Result[] = [];
  for (const gate of gates) {
    const { state, summary, path } = await attempted(gate, repository);
    results.push({
      control: { kind: gate.kind, name: gate.name },
      items: [...gate.items],
      state,
      summary: shortened(printable(summary), 3900),
      ...(state === "does-not-hold" && { fix: gate.fix }),
      at: new Date().toISOString(),
      ...(path !== undefined && { place: { path, line: 1 } }),
    });
  }
  return results;
}

/** What gates look at in a folder. */
export function repositoryAt(root: string, git: Repository["git"], facts: Facts): Repository {
  const isTracked = async (path: string): Promise<boolean> =>
    (await git(["rev-parse", "--is-inside-work-tree"])) !== "true" ||
    (await git(["ls-files", "--error-unmatch", "--", path])) !== undefined;
  return {
    file: async (path) => {
      const content = readText(join(root, path));
      return content !== undefined && (await isTracked(path)) ? content : undefined;
    },
    git,
    facts,
  };
}

async function attempted(gate: Gate, repository: Repository): Promise<GateFinding> {
  try {
    return await gate.check(repository);
  } catch (error) {
    return { state: "unknown", summary: `It could not be checked: ${reasonOf(error)}` };
  }
}

function readText(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size <= maximumBytes ? readFileSync(path, "utf8") : undefined;
}
