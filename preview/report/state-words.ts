import type { PreviewDocument } from "../document/document.ts";

/** Whether a preview judged a state in place of what the program declares. */
export function isOfState({ resources }: Pick<PreviewDocument, "resources">): boolean {
  return resources.some(({ operation }) => operation === "same");
}

/** What a policy that cannot tell is shown with. */
export function unknownWords(document: Pick<PreviewDocument, "resources">): string {
  return isOfState(document) ? "cannot be known from this state" : "decided at deployment";
}
