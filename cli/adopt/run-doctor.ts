import { planLines, switchText } from "../../adopt/doctor-words.ts";
import type { Plan } from "../../adopt/plan.ts";
import { planLimits } from "../../adopt/plan-limits.ts";
import { inOwnZone, needsTls, neighborsOf, switchesOf, zoneType } from "../../adopt/switches.ts";
import { planText } from "../../adopt/words.ts";
import { runCommand } from "../../lib/command.ts";
import { exitStatus } from "../../lib/exit.ts";
import { jsonLine } from "../../lib/json.ts";
import { readAuthorities } from "../../verify/authorities.ts";
import { type AskFlags, askHosts } from "./ask-hosts.ts";
import { type AdoptFlags, gather, planDocument } from "./gather.ts";

export interface DoctorFlags extends AdoptFlags, AskFlags {
  ask: boolean;
}

/** Says what the first update would do to what is there. */
export async function runDoctor(flags: DoctorFlags): Promise<void> {
  await runCommand({ json: flags.json }, async (work) => {
    const authorities =
      flags.authorities === undefined ? undefined : readAuthorities("--authorities", flags.authorities);
    const { plan, declared, existing, plans } = await gather(flags, work);
    const switches = switchesOf(declared, inOwnZone(declared, existing));
    const around = inOwnZone(declared, [
      ...existing.filter(({ type }) => type === zoneType),
      ...plan.unmanaged,
    ]);
    const neighbors = switches.some(needsTls) ? neighborsOf(around) : [];
    const hosts = flags.ask
      ? await askHosts(neighbors, { target: flags.target, authorities }, work.progress)
      : neighbors.map((one) => ({ ...one, serves: undefined, why: "not asked" }));
    const limits = planLimits(plans, declared);
    const { refusal, doubt } = reasonsOf(plan, { hosts, limits: limits.length });
    const verdict =
      refusal !== undefined
        ? `✗ Refused: ${refusal}`
        : doubt !== undefined
          ? `? Could not tell: ${doubt}`
          : "✓ The first update removes nothing.";
    const more = [switchText(switches, hosts), planLines(limits, plans)].filter((lines) => lines.length > 0);
    const document = {
      ...planDocument(plan),
      switches: switches.map(({ declared: { urn }, what }) => ({ urn, what })),
      ...{ hosts, limits, verdict },
    };
    return {
      status:
        refusal !== undefined
          ? exitStatus.doesNotHold
          : doubt !== undefined
            ? exitStatus.couldNotTell
            : exitStatus.holds,
      output: flags.json
        ? jsonLine(document)
        : `${[planText(plan), ...more.map((lines) => lines.join("\n")), verdict].join("\n\n")}\n`,
    };
  });
}

/** Why the update must not run, and why that cannot be told: the first reason of each. */
export function reasonsOf(
  { steps, deleted }: Plan,
  { hosts, limits }: { hosts: readonly { serves: boolean | undefined }[]; limits: number },
): { refusal: string | undefined; doubt: string | undefined } {
  const refusals: [boolean, string][] = [
    [
      steps.some(({ loses }) => loses !== undefined),
      "the first update would remove what the program does not declare. Declare it, or move it elsewhere first.",
    ],
    [
      deleted.length > 0,
      "the update would delete what the stack has and the program no longer declares. To keep it, take it out of the state first: pulumi state delete URN.",
    ],
    [
      steps.some(({ replaces, overwrites }) => (replaces ?? overwrites) !== undefined),
      "the first update would replace what is not imported yet. Import it first, then give the stack's own state with --from.",
    ],
    [
      steps.some(({ remade }) => remade !== undefined),
      "the first update would replace what cannot be changed in place, and delete what is there. Set what it has in the settings.",
    ],
    [
      steps.some(({ blockedBy }) => blockedBy !== undefined),
      "a record stands where the first update makes one of another type, which the vendor rejects. Delete it first.",
    ],
    [
      hosts.some(({ serves }) => serves === false),
      "the first update would cut off hosts of the zone that serve no TLS. Give each a certificate first.",
    ],
    [limits > 0, "the plan of an account does not include what the program declares."],
  ];
  const doubts: [boolean, string][] = [
    [
      steps.some(({ unseen }) => unseen !== undefined),
      "what a resource holds could not be read, or not be compared, and the first update may remove it. Give a token that may read it, or compare it by hand.",
    ],
    [
      steps.some(({ action }) => action === "ask" || action === "unknown"),
      "give states of the vendors that are not known with --from, or name those that have nothing yet with --vendor.",
    ],
    [
      hosts.some(({ serves }) => serves === undefined),
      "check whether each host with a question mark serves TLS.",
    ],
  ];
  const first = (reasons: readonly [boolean, string][]) => reasons.find(([holds]) => holds)?.[1];
  return { refusal: first(refusals), doubt: first(doubts) };
}
