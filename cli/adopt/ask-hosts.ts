import type { Neighbor } from "../../adopt/switches.ts";
import { eachAtOnce } from "../../lib/at-once.ts";
import { defaultLimits } from "../../verify/limits.ts";
import { readTargets } from "../../verify/network/targets.ts";
import { type Hands, NoHandshake, shakeHands } from "../../verify/network/tls.ts";
import { Unknown } from "../../verify/unknown.ts";

/** What a host said when it was asked for TLS. */
export interface HostAnswer extends Neighbor {
  /** Whether it serves TLS with a certificate that is trusted; undefined where that cannot be told. */
  readonly serves: boolean | undefined;
  /** Why not, or why it cannot be told. */
  readonly why?: string;
}

export interface AskFlags {
  target: string[];
  /** File of certificates. */
  authorities?: string;
}

/** At most this many hosts are asked, a few at a time. */
const mostHosts = 200;
const atOnce = 8;

/** Asks each host whether it serves TLS. Nothing is sent over the connection. */
export async function askHosts(
  neighbors: readonly Neighbor[],
  { target, authorities }: { target: readonly string[]; authorities: string | undefined },
  progress: ((step: string) => void) | undefined,
): Promise<HostAnswer[]> {
  const hands: Hands = {
    targets: readTargets(target),
    authorities,
    signal: new AbortController().signal,
    limits: defaultLimits,
    record: () => undefined,
  };
  const answers: HostAnswer[] = neighbors
    .slice(mostHosts)
    .map((one) => ({ ...one, serves: undefined, why: `only ${mostHosts} hosts are asked` }));
  await eachAtOnce(neighbors.slice(0, mostHosts), atOnce, async (one) => {
    progress?.(`TLS at ${one.host}`);
    answers.push(await askHost(hands, one));
  });
  return answers.toSorted((a, b) => a.host.localeCompare(b.host, "en"));
}

async function askHost(hands: Hands, one: Neighbor): Promise<HostAnswer> {
  try {
    const { problem } = await shakeHands(hands, one.host, one.server);
    return problem === undefined ? { ...one, serves: true } : { ...one, serves: false, why: problem };
  } catch (error) {
    if (!(error instanceof Unknown)) throw error;
    // A name without an address, or with a private one, says nothing of TLS.
    return { ...one, serves: error instanceof NoHandshake ? false : undefined, why: error.message };
  }
}
