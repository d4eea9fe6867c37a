import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of this command: a checkout of the project, or the package that is made of it. */
export const ownFolder = dirname(import.meta.dirname);

/** Only the package has its pack in a folder of that name: see tools/package.ts. */
export const isPackaged = existsSync(join(ownFolder, "pack", "index.js"));

/** The project that is meant unless `--cwd` names another: this one, or that of the repository that installed it. */
export const ownProject = isPackaged ? process.cwd() : ownFolder;

/** The checklist's policy pack. */
export const ownPack = join(ownFolder, isPackaged ? "pack" : "policies");
