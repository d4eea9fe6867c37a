import { type ItemId, isItemId } from "../../checklist/items.ts";
import type { Settings } from "../../config/settings.ts";
import type { Clock } from "../../vendors/clock.ts";
import { Credentials } from "../../verify/credentials.ts";
import type { MigrationFiles } from "../../verify/database/migration-files.ts";
import type { DeclaredResource } from "../../verify/declared.ts";
import type { Verification } from "../../verify/document.ts";
import { defaultLimits, type Limits } from "../../verify/limits.ts";
import { parseAnchors } from "../../verify/network/dns/anchor.ts";
import { Resolver } from "../../verify/network/dns/resolver.ts";
import { HttpClient } from "../../verify/network/http.ts";
import type { Targets } from "../../verify/network/targets.ts";
import type { Outputs } from "../../verify/outputs.ts";
import type { Probe } from "../../verify/probe.ts";
import { registry } from "../../verify/registry.ts";
import { verify } from "../../verify/runner.ts";
import type { Target } from "./target.ts";

/** What a verification in a test changes. */
export interface Given {
  readonly probes?: readonly Probe[];
  readonly settings: Settings;
  readonly environment?: Readonly<Record<string, string>>;
  readonly outputs?: Outputs;
  readonly targets: Targets;
  readonly authorities?: string;
  /** A trust anchor of DNSSEC, as a DS record. */
  readonly anchor?: string;
  readonly limits?: Partial<Limits>;
  readonly only?: readonly ItemId[];
  readonly allowUnknown?: readonly ItemId[];
  readonly allowWrites?: boolean;
  readonly migrations?: MigrationFiles;
  readonly signal?: AbortSignal;
  readonly declared?: readonly DeclaredResource[];
  readonly declaredDelivery?: readonly DeclaredResource[];
  readonly clock?: Clock;
  /** Settings of the stack that a release is tried in. */
  readonly staging?: Settings;
  readonly otherOutputs?: ReadonlyMap<string, Outputs | undefined>;
}

/** Limits of time for a machine that has more to do than to verify. */
const patient = { requestMs: 60_000, probeMs: 120_000, dnsMs: 10_000 };

/** Verifies in this process what `optropic verify` would. */
export async function verified(given: Given): Promise<Verification> {
  const { settings, targets, authorities, outputs = {}, probes = registry } = given;
  const limits = { ...defaultLimits, ...patient, ...given.limits };
  const http = new HttpClient({ targets, limits, authorities });
  const anchors = given.anchor === undefined ? undefined : parseAnchors(given.anchor);
  const resolver = new Resolver({ targets, limits, anchors });
  try {
    return await verify(
      probes,
      {
        ...{ settings, outputs, targets, limits, http, resolver, authorities },
        credentials: new Credentials({ ...given.environment }, outputs),
        allowWrites: given.allowWrites ?? false,
        migrations: given.migrations,
        ...(given.declared !== undefined && { declared: async () => given.declared ?? [] }),
        ...(given.declaredDelivery !== undefined && {
          declaredDelivery: async () => given.declaredDelivery ?? [],
        }),
        clock: given.clock,
        staging: given.staging,
        ...(given.otherOutputs !== undefined && {
          otherOutputs: async () => given.otherOutputs ?? new Map(),
        }),
      },
      {
        tool: { name: "optropic", version: "0.0.0" },
        stack: "production",
        only: given.only,
        allowUnknown: given.allowUnknown,
        placeOf: (setting) => ({ path: "Pulumi.production.yaml", line: setting.length, column: 1 }),
        signal: given.signal ?? new AbortController().signal,
      },
    );
  } finally {
    http.close();
  }
}

/** Everything that a healthy target needs to be told apart from a broken one. */
export function everythingFor(target: Target, settings: Settings): Given {
  return {
    settings,
    targets: target.targets,
    authorities: target.authorities,
    anchor: target.anchor,
    outputs: { metricsToken: target.metricsToken, zoneNameServers: [...target.nameServers] },
    environment: {
      VERIFY_USER: target.account.email,
      VERIFY_PASSWORD: target.account.password,
      VERIFY_COMMIT: target.commit,
    },
  };
}

/** The probes of a verification that have a state. */
export function inState(verification: Verification, state: string): string[] {
  return verification.probes.filter((probe) => probe.state === state).map(({ name }) => name);
}

export function asItems(ids: readonly string[]): ItemId[] {
  return ids.filter(isItemId);
}
