/** A table whose columns are padded, as Biome formats it. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")))];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const [head = [], ...body] = all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  const rule = widths.map((width) => "-".repeat(width));
  return [head, rule, ...body].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
