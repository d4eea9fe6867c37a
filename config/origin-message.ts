import * as z from "zod";

/** What a preview sets in a program's environment to ask it which settings it read. */
export const originsVariable = "OPTROPIC_SETTING_ORIGINS";

/** What a message about settings begins with; it is debug output, which nobody else shows. */
export const originsPrefix = "optropic:settings-read ";

const count = z.int().min(0);

/** What a program says of the settings that it read, as JSON after the prefix. */
export const settingsRead = z.object({
  /** Page that describes the settings, which tells one schema from another. */
  reference: z.string().max(200),
  settings: z.array(
    z.object({ path: z.string().max(500), value: z.union([z.string(), z.number(), z.boolean()]) }),
  ),
  /** Each read since the last message, by the setting's place in the list. */
  reads: z.array(count),
  resources: z.array(
    z.object({
      type: z.string().max(500),
      name: z.string().max(2000),
      /** Reads from all messages before its arguments were made, and when they were. */
      start: count,
      end: count,
      /** Reads before the arguments of the component that it is in. */
      scope: count,
    }),
  ),
});

export type SettingsRead = z.infer<typeof settingsRead>;
