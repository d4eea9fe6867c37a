import { block, code, prose } from "../lib/markdown-text.ts";
import { documentMarkdown, failureMarkdown } from "../preview/report/markdown.ts";
import { type CommentState, markerOf } from "./comment-state.ts";
import type { StackResult } from "./stack-result.ts";
import { previewedStacks } from "./stacks.ts";
import type { Judgment, Verdict } from "./verdict.ts";

/** The longest comment that GitHub accepts, in characters. */
export const commentLimit = 65_536;

/** Characters that each stack has at least, however much those before it need. */
const leastForStack = 9000;

/** What a comment is made of. Only `results` and `unreadable` come from the run; the rest is GitHub's word. */
export interface CommentParts {
  readonly state: CommentState;
  readonly judgment: Judgment;
  /** How the run ended, as GitHub says it; null while it has not. */
  readonly conclusion: string | null;
  /** The commit of the base that the run compared with, where it is known to be one. */
  readonly baseCommit?: string | undefined;
  /** The newest run that gave no verdict, after the one that did, and why. */
  readonly newer?: { readonly id: number; readonly number: number; readonly why: string } | undefined;
  /** The fork that the commit is in; undefined for the repository itself, null where it is gone. */
  readonly fork: string | null | undefined;
  /** Page of a run, which has the full results. */
  readonly runUrl: (id: number) => string;
  readonly results: readonly StackResult[];
  readonly unreadable?: string | undefined;
}

const words: Readonly<Record<Verdict, string>> = {
  holds: "✅ **Holds**",
  refused: "❌ **Refused**",
  "could-not-tell": "⚠️ **Could not tell**",
  none: "⚠️ **No verdict**",
};

/**
 * The comment. Its first line is about the run as GitHub knows it. Everything below is rendered here from data:
 * whatever a stranger's text holds, it stands in code or in plain words.
 */
export function commentBody(parts: CommentParts): string {
  const head = `${markerOf(parts.state)}\n${firstLine(parts)}`;
  const sections = sectionsOf(parts, commentLimit - head.length - 10);
  return [head, ...sections].join("\n\n");
}

function firstLine(parts: CommentParts): string {
  const { state, judgment, conclusion, fork, newer, runUrl } = parts;
  const verdict = words[judgment.verdict];
  const why = judgment.why === undefined ? "" : ` ${judgment.why}`;
  const { run } = state;
  if (run === undefined) {
    return `${verdict}: no run of commit \`${shortCommit(state.commit)}\` against ${againstOf(parts)} is known.${why}`;
  }
  const link = `[run ${run.number}](${runUrl(run.id)})${run.attempt > 1 ? `, attempt ${run.attempt},` : ""}`;
  const ended = conclusion === null ? "has not concluded" : `concluded with **${prose(conclusion, 50)}**`;
  const after =
    newer === undefined
      ? ""
      : ` A newer one, [run ${newer.number}](${runUrl(newer.id)}), gave no verdict. ${newer.why}`;
  return `${verdict}: ${link} of commit \`${shortCommit(state.commit)}\` against ${againstOf(parts)} ${ended}.${why}${after} ${madeBy(fork)}`;
}

function againstOf({ state, baseCommit }: CommentParts): string {
  const commit = baseCommit === undefined ? "" : ` (\`${shortCommit(baseCommit)}\`)`;
  return `${code(state.base, 100)}${commit}`;
}

function shortCommit(commit: string): string {
  return commit.slice(0, 12);
}

function madeBy(fork: string | null | undefined): string {
  if (fork === undefined) return "The results were made by the pull request's own code.";
  const from = fork === null ? "a fork that is gone" : `the fork ${code(fork, 250)}`;
  return `**The results were made by code that nobody has reviewed**, from ${from}.`;
}

function sectionsOf({ judgment, results, unreadable }: CommentParts, most: number): string[] {
  if (unreadable !== undefined) return [block(unreadable, 2000)];
  if (judgment.verdict === "none" || results.every(({ kind }) => kind === "missing")) return [];
  let left = most;
  return results.map((result, index) => {
    const room = left - (results.length - index - 1) * leastForStack;
    const section = sectionOf(previewedStacks[index]?.name ?? "", result, judgment, room);
    left -= section.length + 2;
    return section;
  });
}

function sectionOf(name: string, result: StackResult, { agrees }: Judgment, most: number): string {
  const heading = `### ${headingOf(name, result, agrees)}`;
  const body = bodyOf(result, most - heading.length - 2);
  const section = body === "" ? heading : `${heading}\n\n${body}`;
  return section.length <= most
    ? section
    : `${heading}\n\nThe run has it in full: it is too long for a comment.`;
}

function headingOf(name: string, { kind }: StackResult, agrees: boolean): string {
  if (kind === "missing" || kind === "invalid") return `⚠️ ${name}: no result`;
  if (kind === "could-not-tell") return `⚠️ ${name}: could not tell`;
  if (!agrees)
    return `⚠️ ${name}: could not tell; its result claims that it ${kind === "holds" ? "holds" : "is refused"}`;
  return kind === "holds" ? `✅ ${name}: holds` : `❌ ${name}: refused`;
}

function bodyOf(result: StackResult, most: number): string {
  switch (result.kind) {
    case "missing":
      return "";
    case "invalid":
      return `The result is invalid: ${prose(result.reason, 500)}`;
    case "could-not-tell":
      return failureMarkdown(result.failed, Math.min(4000, most - 3000));
    default:
      return documentMarkdown(result.document, most - 2000);
  }
}
