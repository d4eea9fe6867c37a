/** A project, with the names that things have already. */
export interface NamedProject {
  readonly name: string;
  readonly names?: Readonly<Record<string, string>> | undefined;
}

/**
 * Name of a thing at a vendor: `optropic-web` in production, `optropic-web-staging` elsewhere. Vendors keep
 * the names of all stages in one account, so a stage other than production is part of the name. A name that the
 * settings give stands as it is.
 */
export function vendorName(project: NamedProject, stage: "production" | "staging", part: string): string {
  if (project.names !== undefined && Object.hasOwn(project.names, part)) {
    const own = project.names[part];
    if (own !== undefined) return own;
  }
  return stage === "production" ? `${project.name}-${part}` : `${project.name}-${part}-${stage}`;
}
