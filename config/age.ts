import { text } from "./kinds.ts";

/**
 * A public key of age's X25519 kind, with its checksum, so that a mistyped key is refused before anything is
 * encrypted to nobody.
 * Source: https://age-encryption.org/v1, Bech32 of https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki
 */
export const ageRecipient = text("a public key of age, age1 and 58 characters", 62, (value) => {
  return /^age1[02-9ac-hj-np-z]{58}$/.test(value) && hasBech32Checksum(value);
});

/** How the text of a private key of age begins, of any kind that there is. */
export const ageIdentityForm = /AGE-SECRET-KEY-/i;

const letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** Whether the last six letters of a Bech32 text in lower case are the checksum of the rest. */
function hasBech32Checksum(value: string): boolean {
  const separator = value.lastIndexOf("1");
  const prefix = [...value.slice(0, separator)].map((letter) => letter.charCodeAt(0));
  const data = [...value.slice(separator + 1)].map((letter) => letters.indexOf(letter));
  const expanded = [...prefix.map((code) => code >> 5), 0, ...prefix.map((code) => code & 31), ...data];
  return remainder(expanded) === 1;
}

function remainder(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    generators.forEach((generator, bit) => {
      if ((top >>> bit) & 1) sum ^= generator;
    });
  }
  return sum;
}
