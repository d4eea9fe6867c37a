/** Secrets that the stack generates, and what each is. One that `secrets.existing` names is given by a person. */
export const generatedSecrets = {
  jwtSecret: "JWT_SECRET of the application that is in use, if `secrets.existing` names it",
  secretKey: "SECRET_KEY of the application that is in use, if `secrets.existing` names it",
  metricsToken: "token of the metrics endpoint that is in use, if `secrets.existing` names it",
  databaseOwner: "password of `postgres` that is in use, if `secrets.existing` names it",
  databaseApplication: "password of the application's role that is in use, if `secrets.existing` names it",
  databaseMigration: "password of the migrations' role that is in use, if `secrets.existing` names it",
  databaseBackup: "password of the backups' role that is in use, if `secrets.existing` names it",
  databaseProbe: "password of the probes' role that is in use, if `secrets.existing` names it",
} as const;

export type GeneratedSecret = keyof typeof generatedSecrets;

export const generatedSecretNames = [
  "jwtSecret",
  "secretKey",
  "metricsToken",
  "databaseOwner",
  "databaseApplication",
  "databaseMigration",
  "databaseBackup",
  "databaseProbe",
] as const satisfies readonly GeneratedSecret[];
