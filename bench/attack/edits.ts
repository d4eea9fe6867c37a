/** Stands for a value that is taken away. */
export const removed = Symbol("removed");

/** What stands for a value that a preview does not know. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The value with another one at that path; an element of a list that is removed closes its gap. */
export function replaced(value: unknown, path: readonly string[], to: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return to;
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => {
      if (String(index) !== key) return [item];
      const next = replaced(item, rest, to);
      return next === removed ? [] : [next];
    });
  }
  return Object.fromEntries(
    Object.entries(Object(value))
      .map(([name, child]) => [name, name === key ? replaced(child, rest, to) : child])
      .filter(([, child]) => child !== removed),
  );
}
