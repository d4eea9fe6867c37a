import { adapters } from "../adapters/index.ts";
import type { Resource } from "../framework/index.ts";

/** Whether a resource is a database, by its type. */
export const isDatabase = ({ type }: Resource): boolean =>
  adapters.some(({ databaseTypes }) => databaseTypes?.includes(type));
