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

/**
 * What a private key has in its text: one of age, of any kind that there is, one in PEM, or the PKCS #8 form of an
 * Ed25519 key in base64 without the lines around it, as `optropic evidence keygen` makes them.
 */
export const privateKeyForm = /AGE-SECRET-KEY-|PRIVATE KEY-----|MC4CAQAwBQYDK2VwBCIEI/i;
