/** Names of the variables of section 2 of the checklist, as the program declares them on both hosts. */
export const environmentNames = {
  /** Those that a host must hide. */
  secret: ["DATABASE_URL", "DIRECT_URL", "JWT_SECRET", "SECRET_KEY", "METRICS_TOKEN"],
  plain: ["NODE_ENV", "BASE_URL", "SENTRY_DSN", "CORS_ORIGINS", "PGSSLMODE", "LOG_FORMAT", "LOG_LEVEL"],
} as const satisfies Record<"secret" | "plain", readonly string[]>;
