/** Name of this pack, as a policy group at Pulumi Cloud refers to it. */
export const packName = "optropic-checklist";

/** Its version, as package.json of the pack has it: a group that runs an older one does not run this pack. */
export const packVersion = "3.11.0";
