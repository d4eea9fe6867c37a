/** Name of this pack, as a policy group at Pulumi Cloud refers to it. */
export const packName = "optropic-checklist";
