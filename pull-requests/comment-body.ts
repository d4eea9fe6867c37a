import type { Results } from "./results.ts";
import { previewedStacks } from "./stacks.ts";

/** The first line of the comment, which lets the next run find it. */
export const commentMarker = "<!-- optropic-pull-request -->";

/** The longest comment that GitHub accepts, in characters. */
export const commentLimit = 65_536;

/** Characters reserved for each preview, for a notice if its text is cut. */
const noticeLength = 300;

/**
 * The comment: the Markdown of each preview, in the order of the stacks. Text that does not fit is cut at the
 * end of a line, from the last preview first.
 *
 * @param runUrl page of the run, which has the full results
 */
export function commentBody(results: Results, commit: string, runUrl: string): string {
  const head = `${commentMarker}\n`;
  const foot = `\n\n---\nPreview of ${commit.slice(0, 12)} by [this run](${runUrl}), produced by the pull request's own code.`;
  const texts = previewedStacks.map(({ name }) => ({ name, file: results.get(`${name}.md`) }));
  if (texts.every(({ file }) => file === undefined)) {
    return `${head}**No preview**: the run ended without a result; [its log](${runUrl}) says why.${foot}`;
  }
  let left = commentLimit - head.length - foot.length;
  const sections = texts.map(({ name, file }, index) => {
    const text = file === undefined ? `**${name}**: no result.` : harmless(file.toString("utf8"));
    const reserved = (texts.length - index - 1) * noticeLength;
    const section = fitted(
      text,
      left - reserved,
      `Shortened: the rest of ${name} is in [the run](${runUrl}).`,
    );
    left -= section.length + 2;
    return section;
  });
  return head + sections.join("\n\n") + foot;
}

/**
 * Removes from a text what takes effect when a bot posts it: mentions, which notify people, hidden comments, and
 * control and direction characters, which can disguise text. GitHub itself removes scripts.
 */
function harmless(text: string): string {
  return (
    text
      .replaceAll(/\r\n?/g, "\n")
      .replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => (/[\n\t]/.test(character) ? character : ""))
      .replaceAll(/<!--[\s\S]*?(?:-->|$)/g, "")
      // Removing one comment can leave the start of another.
      .replaceAll("<!--", "&lt;!--")
      // Also as a character reference, which GitHub decodes before it looks for mentions.
      .replaceAll(/(?:@|&#0*64;|&#x0*40;|&commat;)(?=[\p{L}\p{N}_&-])/giu, "$&\u200b")
      .trim()
  );
}

/** A text within a limit: complete, or its first lines with open blocks closed and a notice. */
function fitted(text: string, limit: number, notice: string): string {
  if (text.length <= limit) return text;
  let kept = text.slice(0, Math.max(0, limit - noticeLength));
  kept = kept.slice(0, kept.lastIndexOf("\n") + 1);
  const closing = [
    ...(count(kept, /^ {0,3}```/gm) % 2 === 1 ? ["```"] : []),
    ...Array<string>(Math.max(0, count(kept, /<details\b/g) - count(kept, /<\/details>/g))).fill(
      "</details>",
    ),
  ];
  // Our own reports never nest that deeply, so the text is dropped.
  const end = closing.join("\n\n");
  return end.length > noticeLength / 2 ? notice : `${kept}${end}\n\n${notice}`;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
