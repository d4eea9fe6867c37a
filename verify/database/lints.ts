import { probe } from "../probe.ts";
import { exposedSchemas } from "./exposed.ts";
import { lint } from "./lint.ts";
import { security } from "./security-lints.ts";
import { reading } from "./session.ts";
import { speed } from "./speed-lints.ts";

/** Item 3.7: weaknesses around row-level security. */
export const databaseLints = probe({
  name: "database-lints",
  items: ["3.7"],
  title:
    "The database must be free of the known ways around row-level security, and of what blocks an upgrade.",
  needs: ["database"],
  settings: [],
  measure: (context) =>
    reading(context, async (database) =>
      lint(await exposedSchemas(database), security, database, context.settings),
    ),
});

/** Items 3.8 and 6.7: what makes queries slow before there are many rows. */
export const databaseIndexes = probe({
  name: "database-indexes",
  items: ["3.8", "6.7"],
  title: "Tables must have keys and foreign keys indexes, and no policy or index may cost more than it must.",
  needs: ["database"],
  settings: [],
  measure: (context) =>
    reading(context, async (database) =>
      lint(await exposedSchemas(database), speed, database, context.settings),
    ),
});
