import { documents } from "./documents.ts";
import { envFile } from "./env-file.ts";
import type { Gate } from "./gate.ts";

/** Every gate that needs the repository alone. */
export const gates: readonly Gate[] = [envFile, ...documents];
