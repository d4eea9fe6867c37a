import { expect } from "vitest";
import type { PreviewDocument } from "../../preview/index.ts";
import { runHere } from "./here.ts";

/** What a preview came to. */
export interface Judged {
  status: number | null;
  document: PreviewDocument;
}

const runs = new Map<string, Promise<Judged>>();

/**
 * Previews with those options, once for all tests of a file that look at the same preview: by the command in this
 * process, whose program and packs have processes of their own.
 */
export function judged(...options: string[]): Promise<Judged> {
  const key = options.join(" ");
  const known = runs.get(key);
  if (known !== undefined) return known;
  const judging = runHere(["preview", "--json", ...options], { NO_COLOR: "1" }).then(
    ({ status, stdout, stderr }) => {
      expect(stderr).toBe("");
      return { status, document: JSON.parse(stdout) };
    },
  );
  runs.set(key, judging);
  return judging;
}
