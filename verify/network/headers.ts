import type { HttpAnswer } from "./http.ts";

/** The value of a header; the values joined where it came several times; undefined where it did not. */
export function only({ headers }: Pick<HttpAnswer, "headers">, name: string): string | undefined {
  return headers.get(name)?.join(", ");
}

/** Every value of a header. */
export function all({ headers }: Pick<HttpAnswer, "headers">, name: string): readonly string[] {
  return headers.get(name) ?? [];
}
