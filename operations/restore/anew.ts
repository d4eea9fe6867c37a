/** How a role restores into a new database, which not every role may create. */
export function anew({ name, createDatabase }: { name: string; createDatabase: boolean }): string {
  return createDatabase
    ? "into a new database with --jobs"
    : `with --jobs into an empty database that belongs to ${name}: the role may not create databases, so somebody else must create it`;
}
