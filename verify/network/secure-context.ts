import { createSecureContext, type SecureContext } from "node:tls";

const contexts = new Map<string | undefined, SecureContext>();

/** The most that are kept: a run has one. */
const mostKept = 8;

/**
 * What connections of TLS trust, made once: reading the authorities costs more than a handshake.
 *
 * @param authorities certificates in PEM to trust in place of the usual ones
 */
export function trusting(authorities: string | undefined): SecureContext {
  const known = contexts.get(authorities);
  if (known !== undefined) return known;
  if (contexts.size === mostKept) contexts.clear();
  const made = createSecureContext({ ca: authorities });
  contexts.set(authorities, made);
  return made;
}
