/** A stack that a pull request previews, and the arguments of `optropic preview` for it. */
export interface PreviewedStack {
  /** Name of its result files: letters and dashes. */
  readonly name: string;
  /** Folder of the Pulumi project, from the root of the repository. */
  readonly project: string;
  /** Name of that project, as its Pulumi.yaml says. */
  readonly program: string;
  /** Name of the stack in its project. */
  readonly stack: string;
}

/** In the order of the comment: the most important comes first and is cut last. */
export const previewedStacks: readonly PreviewedStack[] = [
  { name: "production", project: ".", program: "optropic", stack: "production" },
  { name: "staging", project: ".", program: "optropic", stack: "staging" },
  { name: "delivery", project: "delivery", program: "optropic-delivery", stack: "production" },
];

/** Extensions of the result files, which decide their formats. */
export const formats = ["md", "sarif", "json"] as const;

/** Folder of the results, from the root of the repository. */
export const resultsFolder = "reports/previews";

/** Name of the file in a run's results that says what they are about. */
export const claimFile = "run.json";
