import fc from "fast-check";
import { expect, it } from "vitest";
import { commentBody, commentLimit } from "../../pull-requests/comment-body.ts";
import type { StackResult } from "../../pull-requests/stack-result.ts";
import { stackResult } from "../../pull-requests/stack-result.ts";
import { previewedStacks } from "../../pull-requests/stacks.ts";
import { told } from "./documents.ts";

const runUrl = (id: number) => `https://github.com/optropic/platform/actions/runs/${id}`;
const commit = "0123456789abcdef0123456789abcdef01234567";

/** Pieces of Markdown and of what breaks it, many times over. */
const piece = fc.constantFrom(
  ...["<details>", "</details>", "\n", "\n```\n", "~~~", "`", "<!--", "-->", "@team", "| cell |\n", "text"],
  ...["\r", "\u202e", "😀", " ", "# ", "owner/name#1", "&#64", "<?", "]]>", "\\"],
);
const text = fc
  .tuple(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 1, max: 300 }))
  .map(([pieces, times]) => pieces.join("").repeat(times));

it("fits a comment and begins with our own line, whatever the results say", () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 400 }), (said, entries) => {
      const file = Buffer.from(
        told({
          refused: said,
          change: (document) => ({
            ...document,
            exceptions: Array(entries).fill(said.slice(0, 500)),
            messages: Array(entries).fill({ severity: "info", message: said.slice(0, 500), urn: "" }),
            diff: { unavailable: said, added: [], removed: [], changed: [], policies: [], secrets: 0 },
          }),
        }),
      );
      const results: StackResult[] = previewedStacks.map((stack) =>
        stackResult(
          new Map([[`${stack.name}.json`, file]]),
          { ...stack, program: "optropic", stack: "production" },
          "2026-11-02",
        ),
      );
      const run = { id: 1, number: 2, attempt: 1 };
      const state = { run, commit, base: "main", verdict: "refused" } as const;
      const judgment = { verdict: "refused", agrees: true } as const;
      const body = commentBody({ state, judgment, conclusion: "failure", fork: "a/b", runUrl, results });
      expect(body.length).toBeLessThanOrEqual(commentLimit);
      expect(body.split("\n")[1]).toMatch(/^❌ \*\*Refused\*\*: \[run 2\]/);
      for (const { name } of previewedStacks) expect(body).toContain(`\n### ❌ ${name}: refused\n`);
    }),
    { numRuns: 60 },
  );
});
