import * as z from "zod";
import { parseJson } from "../../lib/json.ts";

const texts = z.array(z.string().max(10_000)).max(1000);

/** The texts of a JSON list; undefined for anything else. */
export function textList(text: string): string[] | undefined {
  return text.length > 100_000 ? undefined : texts.safeParse(parseJson(text)).data;
}
