import { bech32 } from "@scure/base";
import { text } from "./kinds.ts";

/**
 * A public key of age's X25519 kind, with its checksum, so that a mistyped key is refused before anything is
 * encrypted to nobody. Source: https://age-encryption.org/v1
 */
export const ageRecipient = text("an age public key: age1 and 58 characters", 62, (value) => {
  if (!value.startsWith("age1")) return false;
  const decoded = bech32.decodeUnsafe(value);
  return decoded?.prefix === "age" && bech32.fromWordsUnsafe(decoded.words)?.length === 32;
});

/** How the text of a private key of age begins, of any kind that there is. */
export const ageIdentityForm = /AGE-SECRET-KEY-/i;
