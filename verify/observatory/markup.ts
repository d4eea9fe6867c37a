/** A script or meta element of a page, with the names of its attributes in lowercase. */
export interface Tag {
  readonly name: "script" | "meta";
  readonly attributes: ReadonlyMap<string, string>;
}

/** Longest list of elements that is read. */
const mostTags = 5000;

/** Elements whose content is text, not markup. */
const rawText = ["script", "style", "textarea", "title"];

const tagName = /[a-z][a-z0-9-]*/iy;
const attribute = /[\s/]*([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?/y;
const tagEnd = /[\s/]*>/y;

/**
 * The script and meta elements of a page, without those in comments and in the text of others. It goes through the
 * page once and never back, so that no page takes long.
 */
export function tagsOf(page: string): Tag[] {
  const lower = page.toLowerCase();
  const found: Tag[] = [];
  let at = 0;
  while (found.length < mostTags) {
    at = page.indexOf("<", at);
    if (at < 0) return found;
    if (page.startsWith("<!--", at)) {
      at = page.indexOf("-->", at);
      if (at < 0) return found;
      continue;
    }
    const name = matchAt(tagName, page, at + 1)?.[0].toLowerCase();
    at += 1;
    if (name === undefined) continue;
    const { attributes, end } = attributesFrom(page, at + name.length);
    at = end;
    if (name === "script" || name === "meta") found.push({ name, attributes });
    if (!rawText.includes(name)) continue;
    at = lower.indexOf(`</${name}`, at);
    if (at < 0) return found;
  }
  return found;
}

/** Attributes from a place on, and where the element's tag ends or something stands that no tag has. */
function attributesFrom(page: string, start: number): { attributes: Map<string, string>; end: number } {
  const attributes = new Map<string, string>();
  let at = start;
  for (;;) {
    const end = matchAt(tagEnd, page, at);
    if (end !== undefined) return { attributes, end: at + end[0].length };
    const pair = matchAt(attribute, page, at);
    if (pair === undefined) return { attributes, end: at };
    const [text, key = "", double, single, bare] = pair;
    if (!attributes.has(key.toLowerCase())) {
      attributes.set(key.toLowerCase(), double ?? single ?? bare ?? "");
    }
    at += text.length;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** Values that meta elements give for a header. */
export function metaHeaders(found: readonly Tag[], header: string): string[] {
  return found.flatMap(({ name, attributes }) =>
    name === "meta" && attributes.get("http-equiv")?.toLowerCase() === header
      ? [attributes.get("content") ?? ""]
      : [],
  );
}
