/**
 * What an expression of a policy, as PostgreSQL writes it, does for each row: everything but its subqueries without
 * FROM, which run once for a statement.
 */
export function perRow(expression: string): string {
  const opened: { at: number; isQuery: boolean; hasFrom: boolean }[] = [];
  let text = "";
  for (const [token] of expression.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]|\w+|[^\w'"()]+|['"]/g)) {
    const inner = opened.at(-1);
    if (token === "(") {
      opened.push({ at: text.length, isQuery: false, hasFrom: false });
    } else if (token === ")") {
      const group = opened.pop();
      if (group?.isQuery === true && !group.hasFrom) {
        text = text.slice(0, group.at);
        continue;
      }
    } else if (inner !== undefined) {
      if (token === "SELECT" && /\(\s*$/.test(text.slice(inner.at))) inner.isQuery = true;
      if (token === "FROM") inner.hasFrom = true;
    }
    text += token;
  }
  return text;
}
