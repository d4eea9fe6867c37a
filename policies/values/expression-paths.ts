import { type Token, tokenize } from "./cloudflare-tokens.ts";

/** A path, or what paths begin with. */
export interface PathLimit {
  readonly path: string;
  readonly isBeginning: boolean;
}

/**
 * Paths to which an expression in Cloudflare's Rules language is limited, each in full: every alternative asks, beside
 * whatever else, that `http.request.uri.path` is one of them. Undefined where it may be true at another path.
 */
export function pathsOf(expression: string): readonly string[] | undefined {
  const limits = pathLimitsOf(expression);
  return limits?.some(({ isBeginning }) => isBeginning) ? undefined : limits?.map(({ path }) => path);
}

/** The same, also of those that begin with a text. */
export function pathLimitsOf(expression: string): readonly PathLimit[] | undefined {
  const tokens = tokenize(expression);
  return tokens && limitsIn(tokens);
}

function limitsIn(tokens: readonly Token[]): readonly PathLimit[] | undefined {
  const inner = withoutBrackets(tokens);
  const alternatives = split(inner, "or");
  if (alternatives.length > 1) {
    const each = alternatives.map(limitsIn);
    return each.every((limits) => limits !== undefined) ? each.flat() : undefined;
  }
  if (split(inner, "xor").length > 1) return undefined;
  const parts = split(inner, "and");
  if (parts.length === 1) return named(inner) ?? begun(inner);
  const limits = parts.flatMap((one) => [limitsIn(one)]).filter((it) => it !== undefined);
  return limits.find((all) => !all.some(({ isBeginning }) => isBeginning)) ?? limits[0];
}

/** `http.request.uri.path eq "/a"` or `http.request.uri.path in {"/a" "/b"}`. */
function named([field, operator, ...values]: readonly Token[]): readonly PathLimit[] | undefined {
  if (!isWord(field, "http.request.uri.path")) return undefined;
  const listed = isWord(operator, "in") ? values.slice(1, -1) : isWord(operator, "eq") ? values : [];
  const texts = listed.flatMap((token) => (token.kind === "string" ? [token.text] : []));
  return texts.length > 0 && texts.length === listed.length
    ? texts.map((path) => ({ path, isBeginning: false }))
    : undefined;
}

/** `starts_with(http.request.uri.path, "/a/")`. */
function begun(tokens: readonly Token[]): readonly PathLimit[] | undefined {
  const [called, , field, , value] = tokens;
  const isCall =
    tokens.length === 6 && isWord(called, "starts_with") && isWord(field, "http.request.uri.path");
  return isCall && value?.kind === "string" ? [{ path: value.text, isBeginning: true }] : undefined;
}

/** Parts between words of that name which are in no brackets. */
function split(tokens: readonly Token[], word: string): (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let open = 0;
  for (const token of tokens) {
    open += depthOf(token);
    if (open === 0 && isWord(token, word)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function withoutBrackets(tokens: readonly Token[]): readonly Token[] {
  let open = 0;
  const end = tokens.findIndex((token) => {
    open += depthOf(token);
    return open === 0;
  });
  const isInBrackets =
    tokens.length > 2 && end === tokens.length - 1 && tokens[0]?.kind === "sign" && tokens[0].text === "(";
  return isInBrackets ? withoutBrackets(tokens.slice(1, -1)) : tokens;
}

const depthOf = (token: Token): number =>
  token.kind !== "sign" ? 0 : /^[({[]$/.test(token.text) ? 1 : /^[)}\]]$/.test(token.text) ? -1 : 0;

const isWord = (token: Token | undefined, text: string): boolean =>
  token?.kind === "word" && token.text === text;
