/** Text from elsewhere on one line, where nothing in it is markup. */
export function inline(text: string): string {
  return onOneLine(text).replaceAll(/[\\`*_[\]<>#!&~$]/g, "\\$&");
}

/** Text from elsewhere as code. Where it holds a backtick, the fence is longer than any row of them (CommonMark 6.1). */
export function code(text: string): string {
  const line = onOneLine(text);
  if (line.trim() === "") return "nothing";
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([row]) => row.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`;
}

function onOneLine(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ");
}
