import type { Fixes } from "../../model/adapter.ts";

/** How to meet at Render what policies ask for. */
export const fixes: Fixes = {
  "required-variables":
    "At Render set it in envVars of the service, or of a render.EnvGroup that is linked to it.",
  "secrets-not-shared": "At Render set previews.generation to off.",
  "log-aggregation": "Declare a render.LogStream for the workspace.",
  "log-drain-every-host": "Declare a render.LogStream with an endpoint for the workspace.",
  "one-region": "At Render that is region, such as frankfurt.",
  "database-declared": "Declare a render.Postgres in this stack.",
  "database-network-restricted":
    "Set ipAllowLists of the render.Postgres to the networks that need it, or to an empty list.",
  "database-pitr": "Set plan of the render.Postgres to one that is paid.",
  "database-pooler": "Run PgBouncer as a render.PrivateService in front of the database.",
};
