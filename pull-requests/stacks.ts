/** A stack that a pull request previews, and the arguments of `optropic preview` for it. */
export interface PreviewedStack {
  /** Name of its result files: letters and dashes. */
  readonly name: string;
  /** Folder of the Pulumi project, from the root of the repository. */
  readonly project: string;
  readonly args: readonly string[];
}

/** In the order of the comment: the most important comes first and is cut last. */
export const previewedStacks: readonly PreviewedStack[] = [
  { name: "production", project: ".", args: ["--stack", "production"] },
  { name: "staging", project: ".", args: ["--stack", "staging"] },
  { name: "delivery", project: "delivery", args: ["--stack", "production"] },
];

/** Extensions of the result files, which decide their formats. */
export const formats = ["md", "sarif", "json"] as const;

/** Folder of the results, from the root of the repository. */
export const resultsFolder = "reports/previews";
