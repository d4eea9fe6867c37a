import type { Node } from "libpg-query";
import { constraintsIn, lastName } from "./commands.ts";

/** Types that migrations made, by their names without a schema: whether each row of a new column must be checked. */
export type Types = ReadonlyMap<string, "checked" | "plain">;

/** Adds what a script makes of types. */
export function typesAfter(statements: readonly { node: Node }[], before: Types = new Map()): Types {
  const types = new Map(before);
  for (const { node } of statements) {
    if ("CreateDomainStmt" in node) {
      const { domainname, typeName, constraints } = node.CreateDomainStmt;
      const isChecked =
        types.get(lastName(typeName?.names)) === "checked" ||
        constraintsIn(constraints).some(
          ({ contype, raw_expr }) =>
            contype === "CONSTR_CHECK" ||
            contype === "CONSTR_NOTNULL" ||
            (contype === "CONSTR_DEFAULT" && raw_expr !== undefined && !isConstant(raw_expr)),
        );
      types.set(lastName(domainname), isChecked ? "checked" : "plain");
    }
    // Where a constraint is dropped others may be left.
    if ("AlterDomainStmt" in node && ["C", "O"].includes(node.AlterDomainStmt.subtype ?? "")) {
      types.set(lastName(node.AlterDomainStmt.typeName), "checked");
    }
    if ("CreateEnumStmt" in node) types.set(lastName(node.CreateEnumStmt.typeName), "plain");
    if ("CreateRangeStmt" in node) types.set(lastName(node.CreateRangeStmt.typeName), "plain");
    if ("CompositeTypeStmt" in node) types.set(node.CompositeTypeStmt.typevar?.relname ?? "", "plain");
    if ("CreateStmt" in node) types.set(node.CreateStmt.relation?.relname ?? "", "plain");
    if ("DefineStmt" in node && node.DefineStmt.kind === "OBJECT_TYPE") {
      types.set(lastName(node.DefineStmt.defnames), "plain");
    }
    if ("RenameStmt" in node && ["OBJECT_TYPE", "OBJECT_DOMAIN"].includes(node.RenameStmt.renameType ?? "")) {
      const { object, newname } = node.RenameStmt;
      const was =
        object !== undefined && "List" in object ? types.get(lastName(object.List.items)) : undefined;
      if (was !== undefined && newname !== undefined) types.set(newname, was);
    }
  }
  return types;
}

function isConstant(node: Node): boolean {
  if ("TypeCast" in node) return node.TypeCast.arg !== undefined && isConstant(node.TypeCast.arg);
  return "A_Const" in node;
}

/** What is known of the type of a new column; undefined where nothing is. */
export function kindOfType(
  names: readonly Node[] | undefined,
  types: Types,
): "checked" | "plain" | undefined {
  const [first] = names ?? [];
  const isOfServer = first !== undefined && "String" in first && first.String.sval === "pg_catalog";
  const name = lastName(names);
  return isOfServer ? "plain" : (types.get(name) ?? (known.has(name) ? "plain" : undefined));
}

/** Types of the server that the parser leaves without a schema, and of extensions that are no domains. */
const known: ReadonlySet<string> = new Set([
  ...["text", "uuid", "json", "jsonb", "jsonpath", "bytea", "date", "inet", "cidr", "macaddr", "macaddr8"],
  ...["money", "xml", "name", "oid", "char", "regclass", "regtype", "regproc", "regprocedure", "regrole"],
  ...["timestamptz", "timetz", "time", "timestamp", "bool", "int2", "int4", "int8", "float4", "float8"],
  ...["varchar", "bpchar", "numeric", "interval", "bit", "varbit", "int2vector", "oidvector", "refcursor"],
  ...[
    "point",
    "line",
    "lseg",
    "box",
    "path",
    "polygon",
    "circle",
    "tsvector",
    "tsquery",
    "pg_lsn",
    "xid",
    "xid8",
  ],
  ...[
    "int4range",
    "int8range",
    "numrange",
    "tsrange",
    "tstzrange",
    "daterange",
    "int4multirange",
    "cid",
    "tid",
  ],
  ...["int8multirange", "nummultirange", "tsmultirange", "tstzmultirange", "datemultirange", "pg_snapshot"],
  ...["smallserial", "serial", "bigserial", "serial2", "serial4", "serial8"],
  ...["citext", "hstore", "ltree", "lquery", "ltxtquery", "cube", "seg", "vector", "halfvec", "sparsevec"],
  ...[
    "geometry",
    "geography",
    "box2d",
    "box3d",
    "raster",
    "isbn",
    "isbn13",
    "issn",
    "issn13",
    "ean13",
    "upc",
  ],
]);
