/** Whether a text holds a key that one can encrypt to and not decrypt with: of age, of SSH, or of OpenPGP. */
export function holdsPublicKey(text: string): boolean {
  return /\bage1[02-9ac-hj-np-z]{58}\b|\bssh-(?:ed25519|rsa) |BEGIN PGP PUBLIC KEY|^[0-9A-F]{40}$/i.test(
    text,
  );
}

/** How the text of a private key of age begins, of any kind that there is. */
export const identityForm = /AGE-SECRET-KEY-/i;
