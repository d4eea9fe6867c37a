/** Statements that take longer are few enough to look into; below that most of them are logged. */
const leastSlowMs = 100;

/**
 * Whether a setting of PostgreSQL, or of an extension that logs, writes statements with their values into the log.
 *
 * @param name such as `log_statement`.
 * @param value as the server takes it: milliseconds where no unit is given.
 * @see https://www.postgresql.org/docs/current/runtime-config-logging.html
 * @see https://github.com/pgaudit/pgaudit/blob/main/README.md
 */
export function logsStatements(name: string, value: string): boolean {
  const text = value
    .trim()
    .toLowerCase()
    .replace(/^(["'])(.*)\1$/, "$2");
  switch (name.trim().toLowerCase()) {
    case "log_statement":
      return !["none", "ddl", ""].includes(text);
    case "log_duration":
      // Without log_min_duration_statement it writes how long each took, not what it was.
      return ["on", "true", "1", "yes"].includes(text);
    case "log_min_duration_statement":
    case "log_min_duration_sample":
    case "auto_explain.log_min_duration": {
      const time = milliseconds(text);
      return time === undefined || (time >= 0 && time < leastSlowMs);
    }
    case "pgaudit.log":
      // DDL and roles hold no rows.
      return text.split(/[\s,]+/).some((word) => /^(?:all|read|write|function)$/.test(word));
    case "log_statement_sample_rate":
    case "log_transaction_sample_rate":
      return name.includes("transaction") && Number(text) > 0;
    default:
      return false;
  }
}

/** The first setting in a text, such as SQL in a command or options in a URL, that writes statements into the log. */
export function statementSettingIn(text: string): string | undefined {
  const found = [
    ...text
      .replaceAll(/%20|\+/g, " ")
      .replaceAll(/%3D/gi, "=")
      .matchAll(assignment),
  ];
  const logged = found.find(([, name = "", value = ""]) => logsStatements(name, value));
  return logged && `${logged[1]} = ${logged[2]}`;
}

const assignment =
  /\b(log_[a-z_]+|auto_explain\.log_min_duration|pgaudit\.log)["']?\s*(?:=|,|\bto\b)\s*\\?["']?(-?[\w]+)/gi;

function milliseconds(text: string): number | undefined {
  const [, figure, unit = "ms"] = /^(-?\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?$/.exec(text) ?? [];
  const factor = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }[unit];
  return figure === undefined || factor === undefined ? undefined : Number(figure) * factor;
}
