import { examplesOf } from "./pattern-examples.ts";

/**
 * Paths that stand for all paths of a site, as far as rules can tell them apart by `eq`, `in`, `starts_with`,
 * `ends_with`, `contains` and wildcards: each text that they name, what is below it, what only begins or ends like
 * it, and paths that they do not name.
 *
 * @param named the texts that the rules compare with.
 * @param roots where a path may begin, such as `/` and `/api/`.
 */
export function representativePaths(named: readonly string[], roots: readonly string[]): string[] {
  const texts = new Set(named.flatMap(plain).flatMap((text) => [text, text.toLowerCase()]));
  const examples = named.filter((text) => /[\\^$[({+|]/.test(text)).flatMap(examplesOf);
  const paths = roots.flatMap((root) => [root, `${root}orders/17`]);
  for (const text of [...texts].slice(0, maximumTexts)) {
    for (const path of text.startsWith("/")
      ? [text]
      : roots.flatMap((root) => [`${root}${text}`, `${root}a${text}b`])) {
      paths.push(path, `${path}a`, `${path}/a`);
    }
  }
  // What a pattern matches, which may be a part of a path.
  for (const example of examples.slice(0, maximumTexts)) {
    paths.push(...(example.startsWith("/") ? [example] : roots.map((root) => `${root}${example}`)));
  }
  return [...new Set(paths)];
}

/** No person names more, and no expression takes the time of a preview. */
const maximumTexts = 60;

/** A text without wildcards; of a URL only its path. */
function plain(text: string): string[] {
  const path = text.replace(/^https?:\/\/[^/]*/, "");
  return path.includes("*") ? [path.replaceAll("*", ""), path.replaceAll("*", "a")] : [path];
}
