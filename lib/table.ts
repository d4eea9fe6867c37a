/** Rows in columns that are two spaces apart, for a terminal; a line has no trailing space. */
export function textTable(rows: readonly (readonly string[])[]): string[] {
  const widths = columnWidths(rows);
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** A Markdown table with padded columns. A `|` in a cell is escaped; a line break becomes a space. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [
    headings,
    ...rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|").replaceAll(/[\r\n]+/g, " "))),
  ];
  const widths = columnWidths(all);
  const [head = [], ...body] = all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  const rule = widths.map((width) => "-".repeat(width));
  return [head, rule, ...body].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
}
