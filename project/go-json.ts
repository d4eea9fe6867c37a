/** JSON as Pulumi's engine writes a structured setting for the program to read. */
export function goJson(value: unknown): string {
  return sortedJson(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;

function sortedJson(value: unknown): string {
  // What does not fit into 64 bits with a sign is a fraction to the engine.
  if (typeof value === "bigint") {
    return value < minInt64 || value > maxInt64 ? JSON.stringify(Number(value)) : String(value);
  }
  // JavaScript leaves out the sign.
  if (Object.is(value, -0)) return "-0";
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    .map(([key, element]) => `${JSON.stringify(key)}:${sortedJson(element)}`);
  return `{${entries.join(",")}}`;
}
