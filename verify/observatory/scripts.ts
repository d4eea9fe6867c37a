import type { Tag } from "./markup.ts";
import type { Scored } from "./score.ts";

/** Results with their points, in the order in which one takes the place of another at the Observatory. */
const results = [
  ["scripts of others over http", -20],
  ["scripts of others over https, without integrity", -5],
  ["scripts of others over http, without integrity", -50],
] as const;

/** Subresource integrity: who may change the scripts of a page that was loaded over https. */
export function scoreScripts(tags: readonly Tag[], host: string, contentType: string): Scored {
  const scored = (result: string, points: number): Scored => ({
    ...{ test: "subresource-integrity", result, points },
  });
  const mime = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!["", "text/html", "application/xhtml+xml"].includes(mime)) return scored("no page", 0);
  const scripts = tags.filter(({ name }) => name === "script");
  if (scripts.length === 0) return scored("no scripts", 0);
  const found = scripts.flatMap(({ attributes }) => {
    const source = attributes.get("src");
    return source === undefined ? [] : [judged(source, attributes.get("integrity") ?? "", host)];
  });
  const worst = results.findLast(([result]) => found.some(({ problem }) => problem === result));
  if (worst !== undefined) return scored(worst[0], worst[1]);
  if (found.some(({ isForeign }) => isForeign)) return scored("scripts of others with integrity", 5);
  return found.some(({ hasIntegrity }) => hasIntegrity)
    ? scored("own scripts with integrity", 5)
    : scored("own scripts only", 0);
}

interface Judged {
  readonly isForeign: boolean;
  readonly hasIntegrity: boolean;
  readonly problem: (typeof results)[number][0] | undefined;
}

function judged(source: string, integrity: string, host: string): Judged {
  const url = URL.parse(source, `https://${host}/`);
  const isRelative = !/^(?:https?:)?\/\//i.test(source);
  // An address without a scheme is loaded by that of the page, which may be http some day.
  const hasScheme = /^https?:/i.test(source);
  const isOwn = isRelative || (hasScheme && url !== null && isSameSite(url.hostname, host));
  const hasIntegrity = integrity !== "";
  if (isOwn)
    return { isForeign: false, hasIntegrity: hasIntegrity && !/^http:/i.test(source), problem: undefined };
  const isSecure = /^https:/i.test(source);
  if (hasIntegrity) {
    return { isForeign: true, hasIntegrity, problem: isSecure ? undefined : "scripts of others over http" };
  }
  const problem = isSecure
    ? "scripts of others over https, without integrity"
    : "scripts of others over http, without integrity";
  return { isForeign: true, hasIntegrity, problem };
}

/** Whether both are below one registered name, taken as the last two labels. */
function isSameSite(one: string, other: string): boolean {
  const site = (host: string) => host.toLowerCase().split(".").slice(-2).join(".");
  return site(one) === site(other);
}
