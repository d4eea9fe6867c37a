import { expect } from "vitest";
import type { PreviewDocument } from "../../preview/index.ts";
import { run } from "./command.ts";

/** What a preview by the real command came to. */
export interface Judged {
  status: number | null;
  document: PreviewDocument;
}

const runs = new Map<string, Promise<Judged>>();

/** Previews with those options, once for all tests of a file that look at the same preview. */
export function judged(...options: string[]): Promise<Judged> {
  const key = options.join(" ");
  const known = runs.get(key);
  if (known !== undefined) return known;
  const judging = run(["preview", "--json", ...options], { NO_COLOR: "1" }).then(
    ({ status, stdout, stderr }) => {
      expect(stderr).toBe("");
      return { status, document: JSON.parse(stdout) };
    },
  );
  runs.set(key, judging);
  return judging;
}
