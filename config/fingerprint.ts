import { createHash } from "node:crypto";

/**
 * What tells whether two secrets are the same without telling either. It is the same in every stack, since a
 * fingerprint with the name of a stack in it would never be that of another.
 */
export function fingerprintOf(secret: string): string {
  return createHash("sha256").update(`optropic fingerprint\0${secret}`).digest("hex").slice(0, 32);
}
