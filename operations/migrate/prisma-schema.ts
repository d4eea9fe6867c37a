/** Columns that Prisma Client reads by a schema: `public.account.email`. It names each of them in its queries. */
export function columnsOf(schema: string): string[] {
  const blocks = blocksOf(schema);
  const relations = new Set(
    blocks
      .filter(({ kind }) => kind === "model" || kind === "view" || kind === "type")
      .map(({ name }) => name),
  );
  return blocks
    .filter(
      ({ kind, lines }) =>
        (kind === "model" || kind === "view") && !lines.some((line) => /^@@ignore\b/.test(line)),
    )
    .flatMap(({ name, lines }) => {
      const table = `${attribute(lines, "@@schema") ?? "public"}.${attribute(lines, "@@map") ?? name}`;
      const columns = lines.flatMap((line) => {
        const [, field, type, rest = ""] = /^([A-Za-z]\w*)\s+([A-Za-z]\w*)(.*)$/.exec(line) ?? [];
        if (field === undefined || type === undefined || relations.has(type)) return [];
        // What Prisma is told to ignore is not in its client.
        if (/(?:^|\s)@ignore\b/.test(rest)) return [];
        return [`${table}.${/(?:^|\s)@map\(\s*(?:name:\s*)?"([^"]*)"/.exec(rest)?.[1] ?? field}`];
      });
      return [table, ...columns];
    });
}

interface Block {
  kind: string;
  name: string;
  lines: string[];
}

/** The blocks of a schema, without comments: https://www.prisma.io/docs/orm/reference/prisma-schema-reference */
function blocksOf(schema: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const written of schema.split("\n")) {
    const line = written.replace(/^((?:[^"/]|"(?:[^"\\]|\\.)*"|\/(?!\/))*)\/\/.*$/, "$1").trim();
    const [, kind, name] = /^(model|view|type|enum|datasource|generator)\s+(\w+)\s*\{/.exec(line) ?? [];
    if (kind !== undefined && name !== undefined) {
      open = { kind, name, lines: [] };
      blocks.push(open);
    } else if (line === "}") open = undefined;
    else if (line !== "") open?.lines.push(line);
  }
  return blocks;
}

function attribute(lines: readonly string[], name: string): string | undefined {
  const pattern = new RegExp(`^${name}\\(\\s*(?:name:\\s*)?"([^"]*)"`);
  return lines.map((line) => pattern.exec(line)?.[1]).find((found) => found !== undefined);
}
