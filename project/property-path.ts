/**
 * Reads a path to a property, such as `edge.hsts.preload`, `edge.corsOrigins[0]` or `labels["a.b"]`.
 *
 * @returns its steps, where a place in a list is a number; undefined for a text that is no path
 */
export function parsePropertyPath(text: string): (string | number)[] | undefined {
  const steps: (string | number)[] = [];
  let rest = text;
  while (rest !== "") {
    const match = steps.length === 0 ? first.exec(rest) : following.exec(rest);
    if (match === null) return undefined;
    const { name, index, quoted } = match.groups ?? {};
    if (name !== undefined) steps.push(name);
    else if (index !== undefined) steps.push(Number(index));
    else if (quoted !== undefined) steps.push(quoted.replaceAll('\\"', '"'));
    rest = rest.slice(match[0].length);
  }
  return steps.length === 0 ? undefined : steps;
}

const bracketed = String.raw`\[(?:(?<index>\d{1,9})|"(?<quoted>(?:[^"\\]|\\")*)")\]`;
const first = new RegExp(String.raw`^(?:(?<name>[^.[\]]+)|${bracketed})`);
const following = new RegExp(String.raw`^(?:\.(?<name>[^.[\]]+)|${bracketed})`);
