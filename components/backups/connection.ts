/** Variables that PostgreSQL's own programs read: https://www.postgresql.org/docs/17/libpq-envars.html */
export interface ConnectionVariables {
  PGHOST: string;
  PGPORT: string;
  PGDATABASE: string;
  PGUSER: string;
  PGPASSWORD: string;
  PGSSLMODE: string;
}

/**
 * Takes a connection string apart, since a program shows its arguments to the whole machine and its
 * environment only to itself. Without `sslmode` TLS is required.
 *
 * Throws an error that says which part is missing and never what the string holds.
 */
export function connectionVariables(connectionString: string): ConnectionVariables {
  const url = URL.parse(connectionString);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new Error("The database's connection string is not a postgresql:// URL");
  }
  return {
    PGHOST: required("host", url.hostname.replace(/^\[|\]$/g, "")),
    PGPORT: url.port || "5432",
    PGDATABASE: required("database", decoded("database", url.pathname.slice(1))),
    PGUSER: required("user", decoded("user", url.username)),
    PGPASSWORD: required("password", decoded("password", url.password)),
    PGSSLMODE: url.searchParams.get("sslmode") ?? "require",
  };
}

function required(part: string, value: string): string {
  if (value === "") throw new Error(`The database's connection string has no ${part}`);
  return value;
}

function decoded(part: string, value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new Error(`The ${part} in the database's connection string is not percent-encoded`);
  }
}
