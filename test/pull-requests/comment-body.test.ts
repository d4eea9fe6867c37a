import fc from "fast-check";
import { expect, it } from "vitest";
import { commentBody, commentLimit, commentMarker } from "../../pull-requests/comment-body.ts";
import { previewedStacks } from "../../pull-requests/stacks.ts";

const url = "https://github.com/optropic/platform/actions/runs/4711";
const commit = "0123456789abcdef0123456789abcdef01234567";

/** Pieces of Markdown and of what breaks it, many times over. */
const piece = fc.constantFrom(
  ...[
    "<details>",
    "</details>",
    "\n",
    "\n```\n",
    "<!--",
    "-->",
    "@team",
    "| cell |\n",
    "text",
    "\r",
    "\u202e",
    "😀",
  ],
);
const text = fc
  .tuple(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 900 }))
  .map(([pieces, times]) => pieces.join("").repeat(times));

it("fits a comment, keeps its marker and notifies nobody, whatever the previews say", () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: previewedStacks.length }), (texts) => {
      const results = new Map(
        texts.map((content, index) => [`${previewedStacks[index]?.name}.md`, Buffer.from(content)]),
      );
      const body = commentBody(results, commit, url);
      expect(body.length).toBeLessThanOrEqual(commentLimit);
      expect(body.startsWith(`${commentMarker}\n`)).toBe(true);
      expect(body.trimEnd().endsWith("produced by the pull request's own code.")).toBe(true);
      expect(body).not.toMatch(/@\w/);
    }),
    { numRuns: 200 },
  );
});

it.each(["&#64;", "&#0064;", "&#x40;", "&#X0040;", "&commat;", "@"])(
  "keeps %s before a name from notifying anybody",
  (sign) => {
    const body = commentBody(new Map([["production.md", Buffer.from(`to ${sign}team`)]]), commit, url);
    expect(body).toContain(`to ${sign}\u200bteam`);
  },
);

it.each(["<!-<!-- a -->- hidden", "<\u0000!-- hidden", "<!\u202e-- hidden -->"])(
  "leaves no hidden comment of %j",
  (text) => {
    const body = commentBody(new Map([["production.md", Buffer.from(text)]]), commit, url);
    expect(body.slice(commentMarker.length)).not.toContain("<!--");
  },
);

it("leaves a preview that fits as it is", () => {
  const markdown =
    "## optropic/production\n\n| item | what |\n| --- | --- |\n\n<details>\n\nmore\n\n</details>";
  const results = new Map([["production.md", Buffer.from(markdown)]]);
  expect(commentBody(results, commit, url)).toContain(markdown);
});
