import { type Finding, judge, type Stack, type Verdict } from "../framework/index.ts";
import { domains } from "./domains.ts";
import type { Edge } from "./edge.ts";
import { all } from "./facts.ts";
import { hosts } from "./variables.ts";

export type { DnsZone, Edge } from "./edge.ts";

/** What stands in front of hosts, beside the zones at Cloudflare. */
export const edges = all(({ edges: part }) => part);

/** DNS zones, beside those at Cloudflare. */
export const dnsZones = all(({ dnsZones: part }) => part);

export function judgeEdges(stack: Stack, test: (edge: Edge) => Verdict): Finding[] {
  return edges(stack).map((edge) => judge(edge.resource, () => test(edge)));
}

/**
 * The message that no zone is declared; nothing where something else faces the public. Of the hosts that do so
 * themselves, the vendors issue certificates, take TLS 1.2 or higher and redirect plain http, whatever the stack
 * says: https://vercel.com/docs/encryption, https://render.com/docs/tls and
 * https://docs.aws.amazon.com/apprunner/latest/dg/security-data-protection-in-transit.html
 */
export function unlessHostFacesPublic(stack: Stack, absent: string): string | undefined {
  const isFaced =
    edges(stack).length + domains(stack).length > 0 || hosts(stack).some(({ facesPublic }) => facesPublic);
  return isFaced ? undefined : absent;
}
