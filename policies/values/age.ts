/** Whether a text holds a key that one can encrypt to and not decrypt with: of age, of SSH, or of OpenPGP. */
export function holdsPublicKey(text: string): boolean {
  return /\bage1[02-9ac-hj-np-z]{58}\b|\bssh-(?:ed25519|rsa) |BEGIN PGP PUBLIC KEY|^[0-9A-F]{40}$/i.test(
    text,
  );
}

/** How the text of a private key of age begins, of any kind that there is. */
export const identityForm = /AGE-SECRET-KEY-/i;

/** Whether a text is a public key of age as a whole: `age1` and 58 letters of Bech32, whose last six are a checksum. */
export function isRecipient(text: string): boolean {
  return /^age1[02-9ac-hj-np-z]{58}$/.test(text) && isBech32(text);
}

const letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** Source: BIP 173, whose checksum over prefix and data is 1. */
function isBech32(text: string): boolean {
  const split = text.lastIndexOf("1");
  const prefix = [...text.slice(0, split)].map((letter) => letter.charCodeAt(0));
  const data = [...text.slice(split + 1)].map((letter) => letters.indexOf(letter));
  const values = [...prefix.map((code) => code >> 5), 0, ...prefix.map((code) => code & 31), ...data];
  let checksum = 1;
  for (const value of values) {
    const top = checksum >>> 25;
    checksum = ((checksum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of generators.entries()) {
      if (((top >> bit) & 1) === 1) checksum ^= generator;
    }
  }
  return checksum >>> 0 === 1;
}
