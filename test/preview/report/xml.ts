/** An element of a document, its attributes and text with all entities resolved. */
export interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

const illegal = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const tag = /^<(\/?)([A-Za-z][\w-]*)((?: [A-Za-z]+="[^<"]*")*)(\/?)>/;

/**
 * Reads the part of XML 1.0 that a report of test results needs: elements, attributes and character data.
 *
 * @throws {Error} for what is not well formed, or more than that
 */
export function readXml(document: string): Element {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
  if (!document.startsWith(declaration)) throw new Error("no declaration");
  if (illegal.test(document)) throw new Error("a character that XML does not have");
  const top: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [top];
  let rest = document.slice(declaration.length);
  while (rest !== "") {
    const current = open.at(-1) ?? top;
    const end = rest.indexOf("<");
    const text = end === -1 ? rest : rest.slice(0, end);
    current.text += resolved(text);
    rest = rest.slice(text.length);
    if (rest === "") break;
    const [whole, closing, name = "", attributes = "", empty] = tag.exec(rest) ?? [];
    if (whole === undefined) throw new Error(`no tag at ${JSON.stringify(rest.slice(0, 40))}`);
    rest = rest.slice(whole.length);
    if (closing === "/") {
      if (open.pop()?.name !== name) throw new Error(`</${name}> ends another element`);
      continue;
    }
    const pairs = [...attributes.matchAll(/ ([A-Za-z]+)="([^<"]*)"/g)];
    const element: Element = {
      ...{ name, children: [], text: "" },
      attributes: Object.fromEntries(pairs.map(([, key = "", value = ""]) => [key, resolved(value)])),
    };
    if (Object.keys(element.attributes).length !== pairs.length) throw new Error("an attribute comes twice");
    current.children.push(element);
    if (empty !== "/") open.push(element);
  }
  const [root, ...others] = top.children;
  if (open.length !== 1 || root === undefined || others.length > 0 || top.text.trim() !== "") {
    throw new Error("not one root element");
  }
  return root;
}

const entities = new Map(
  Object.entries({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", "#9": "\t", "#10": "\n" }),
);

function resolved(text: string): string {
  if (text.includes("]]>")) throw new Error("]]> in character data");
  return text.replaceAll(/&([^;]*);?/g, (_, name: string) => {
    const character = entities.get(name);
    if (character === undefined) throw new Error(`unknown entity ${name}`);
    return character;
  });
}
