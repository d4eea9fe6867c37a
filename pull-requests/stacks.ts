/** What a pull request previews: a name, and the arguments of `optropic preview` for it. */
export interface PreviewedStack {
  /** Names the files of its results: letters and dashes. */
  readonly name: string;
  /** Folder of the Pulumi project, in the repository. */
  readonly project: string;
  readonly args: readonly string[];
}

/** In the order of the comment: what matters most comes first, and is shortened last. */
export const previewedStacks: readonly PreviewedStack[] = [
  { name: "production", project: ".", args: ["--stack", "production"] },
  { name: "staging", project: ".", args: ["--stack", "staging"] },
  { name: "delivery", project: "delivery", args: ["--stack", "production"] },
];

/** Endings of the files of each preview, which say their format. */
export const formats = ["md", "sarif", "json"] as const;

/** Folder of the results, in the repository. */
export const resultsFolder = "reports/previews";
