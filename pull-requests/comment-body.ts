import type { Results } from "./results.ts";
import { previewedStacks } from "./stacks.ts";

/** The first line of the comment, by which the next run finds it. */
export const commentMarker = "<!-- optropic-pull-request -->";

/** Characters that GitHub takes in a comment. */
export const commentLimit = 65_536;

/** What a preview gets at the least, for a notice in place of its text. */
const noticeLength = 300;

/**
 * The comment's text: the Markdown of each preview, in the order of the stacks. What does not fit is cut at the
 * end of a line, the last preview first.
 *
 * @param runUrl page of the run, where everything is
 */
export function commentBody(results: Results, commit: string, runUrl: string): string {
  const head = `${commentMarker}\n`;
  const foot = `\n\n---\nPreview of ${commit.slice(0, 12)} by [this run](${runUrl}), made by the code of the pull request.`;
  const texts = previewedStacks.map(({ name }) => ({ name, file: results.get(`${name}.md`) }));
  if (texts.every(({ file }) => file === undefined)) {
    return `${head}**No preview**: the run ended before it had a result; [its log](${runUrl}) says why.${foot}`;
  }
  let left = commentLimit - head.length - foot.length;
  const sections = texts.map(({ name, file }, index) => {
    const text = file === undefined ? `**${name}**: no result.` : harmless(file.toString("utf8"));
    const reserved = (texts.length - index - 1) * noticeLength;
    const section = shortened(text, left - reserved, `Cut: the rest of ${name} is in [the run](${runUrl}).`);
    left -= section.length + 2;
    return section;
  });
  return head + sections.join("\n\n") + foot;
}

/**
 * Takes from a text what acts by itself when a bot says it: mentions, which notify, hidden comments, and
 * control and direction characters, which can show another text than there is. GitHub itself removes scripts.
 */
function harmless(text: string): string {
  return (
    text
      .replaceAll(/\r\n?/g, "\n")
      .replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => (/[\n\t]/.test(character) ? character : ""))
      .replaceAll(/<!--[\s\S]*?(?:-->|$)/g, "")
      // What is left of one comment in another.
      .replaceAll("<!--", "&lt;!--")
      // Also where it is written as a character reference, which GitHub reads first.
      .replaceAll(/(?:@|&#0*64;|&#x0*40;|&commat;)(?=[\p{L}\p{N}_&-])/giu, "$&\u200b")
      .trim()
  );
}

/** A text within a limit: whole, or its first lines with what they leave open closed, and a notice. */
function shortened(text: string, limit: number, notice: string): string {
  if (text.length <= limit) return text;
  let kept = text.slice(0, Math.max(0, limit - noticeLength));
  kept = kept.slice(0, kept.lastIndexOf("\n") + 1);
  const closing = [
    ...(count(kept, /^ {0,3}```/gm) % 2 === 1 ? ["```"] : []),
    ...Array<string>(Math.max(0, count(kept, /<details\b/g) - count(kept, /<\/details>/g))).fill(
      "</details>",
    ),
  ];
  // Deep nesting is not ours: without the text there is nothing to close.
  const end = closing.join("\n\n");
  return end.length > noticeLength / 2 ? notice : `${kept}${end}\n\n${notice}`;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
