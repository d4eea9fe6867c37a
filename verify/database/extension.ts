/** A condition of SQL: an extension owns the object of a catalog. */
export function ofExtension(catalog: string, oid: string): string {
  return `exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.${catalog}'::regclass and d.objid = ${oid} and d.deptype = 'e')`;
}
