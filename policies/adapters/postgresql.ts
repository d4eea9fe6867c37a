import type { Adapter } from "../model/adapter.ts";
import { judgeGrantValues } from "./postgresql/values.ts";

/** Roles, grants and connections of PostgreSQL, wherever the server is. */
export const postgresqlAdapter: Adapter = {
  rejects: { grants: judgeGrantValues },
};
