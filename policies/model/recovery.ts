/** Days of point-in-time recovery that Supabase sells, by the variant of the add-on. */
export const recoveryDays: ReadonlyMap<string, number> = new Map([
  ["pitr_7", 7],
  ["pitr_14", 14],
  ["pitr_28", 28],
]);

/** Supabase archives what was written within two minutes; Render's recovery is at least as good. */
export const recoveryLossMinutes = 2;
