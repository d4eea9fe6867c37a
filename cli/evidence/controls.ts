import { type Item, items } from "../../checklist/items.ts";
import { backupControl } from "../../evidence/backup-results.ts";
import { stepsControl } from "../../evidence/decide.ts";
import { drillControl } from "../../evidence/drill-record.ts";
import { gates } from "../../evidence/gates/registry.ts";
import { loadTestControls } from "../../evidence/load-test-results.ts";
import type { RegisteredControl } from "../../evidence/registered.ts";
import { drillItems } from "../../operations/drill/findings.ts";
import { migrationControls } from "../../operations/migrate/controls.ts";
import { releaseControls } from "../../operations/release/steps/controls.ts";
import { rehearsalControl, rollbackControls } from "../../operations/rollback/controls.ts";
import { watchControls } from "../../operations/watch/controls.ts";
import { registry as policies } from "../../policies/registry.ts";
import { registry as probes } from "../../verify/registry.ts";

/** Every control that this version has, by kind, in the order of the checklist. */
export function registeredControls(): RegisteredControl[] {
  const machine = machineControls();
  return [...machine, ...attestations(machine)];
}

/**
 * A signature for each item that asks for one, and for each item that asks for a kind of control that is not
 * built: a person then signs in its place, and every report says so.
 */
function attestations(machine: readonly RegisteredControl[]): RegisteredControl[] {
  const all: readonly Item[] = items;
  return all.flatMap(({ id, text, controls }) => {
    const standsFor = controls.filter(
      (kind) =>
        kind !== "attest" && !machine.some((control) => control.kind === kind && control.items.includes(id)),
    );
    if (standsFor.length === 0 && !controls.includes("attest")) return [];
    const name = attestationName(id);
    return [
      {
        ...{ kind: "attest", name, title: text, items: [id], run: "attestation" },
        ...(standsFor.length > 0 && { standsFor }),
      } satisfies RegisteredControl,
    ];
  });
}

/** What a machine decides. */
function machineControls(): RegisteredControl[] {
  return [
    // The rule about waivers covers no item of its own.
    ...policies
      .filter(({ items: ids }) => ids.length > 0)
      .map(
        ({ name, title, items: ids, level }): RegisteredControl => ({
          kind: "policy",
          name,
          title,
          items: ids,
          run: "preview",
          ...(level === "advisory" && { advisory: true }),
        }),
      ),
    ...probes.map(
      ({ name, title, items: ids }): RegisteredControl => ({
        kind: "probe",
        name,
        title,
        items: ids,
        run: "verify",
      }),
    ),
    ...watchControls,
    {
      ...drillControl,
      title: "The newest backup must be restored and compared, within the objectives.",
      items: [...drillItems],
      run: "drill",
    },
    backupControl,
    ...loadTestControls,
    ...gates.map(
      ({ kind, name, title, items: ids }): RegisteredControl => ({
        kind,
        name,
        title,
        items: ids,
        run: "gate",
      }),
    ),
    ...Object.values(migrationControls),
    ...releaseControls,
    ...Object.values(rollbackControls),
    rehearsalControl,
    stepsControl,
  ];
}

/** The name of the attestation of an item. */
export function attestationName(id: string): string {
  return `attest-${id}`;
}
