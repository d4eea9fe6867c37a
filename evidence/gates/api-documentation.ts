import { sha256 } from "../digest.ts";
import type { Gate, Repository } from "./gate.ts";

/** Where a description of the API may stand, and the page that explains it. */
const descriptions = [
  "docs/openapi.json",
  "docs/openapi.yaml",
  "openapi.json",
  "openapi.yaml",
  "api/openapi.json",
  "api/openapi.yaml",
];
const pages = ["docs/api.md", "docs/API.md", "API.md"];

/** Item S7.2: the page about the API was written for the description that is there now. */
export const apiDocumentation: Gate = {
  kind: "gate",
  name: "api-documentation-current",
  title:
    "The page about the API must name the SHA-256 of the API's description, so that neither changes alone.",
  items: ["S7.2"],
  fix: "Read the changed description, bring docs/api.md up to date, and write the SHA-256 of the description into it.",
  async check({ file }) {
    const [path, description = ""] = await firstOf(file, descriptions);
    if (path === undefined)
      return { state: "does-not-hold", summary: "There is no docs/openapi.json or openapi.yaml" };
    const [page, text = ""] = await firstOf(file, pages);
    if (page === undefined) return { state: "does-not-hold", summary: "There is no docs/api.md", path };
    const digest = sha256(description);
    if (!text.includes(digest))
      return {
        state: "does-not-hold",
        summary: `${page} was not written for ${path}, whose SHA-256 is ${digest}`,
        path: page,
      };
    return { state: "holds", summary: `${page} names the SHA-256 of ${path}`, path: page };
  },
};

/** The first of some files that is there, and what it says. */
async function firstOf(
  file: Repository["file"],
  paths: readonly string[],
): Promise<[path?: string, content?: string]> {
  for (const path of paths) {
    const content = await file(path);
    if (content !== undefined) return [path, content];
  }
  return [];
}
