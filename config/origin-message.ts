import * as z from "zod";

/** What a preview sets in a program's environment to ask it for the origins of its inputs. */
export const originsVariable = "OPTROPIC_SETTING_ORIGINS";

/** What a message with origins begins with; it is debug output, which nobody else shows. */
export const originsPrefix = "optropic:setting-origins ";

const path = z.string().max(500);

/** What a program says of its settings, as JSON after the prefix: paths, and no value that somebody set. */
export const settingOrigins = z.object({
  resources: z.array(
    z.object({
      type: path,
      name: z.string().max(2000),
      /** The setting behind each input, by the input's path. */
      inputs: z.record(z.string(), path),
    }),
  ),
  /** Settings that were read. */
  settings: z.array(
    z.object({
      path,
      /** Items of the checklist that it serves. */
      items: z.array(z.string().max(20)),
      /** What it is where nobody sets it; absent where somebody has to. */
      fallback: z.union([z.string().max(500), z.number(), z.boolean()]).optional(),
      /** Whether it is something else than the fallback. */
      differs: z.boolean(),
    }),
  ),
});

export type SettingOrigins = z.infer<typeof settingOrigins>;
