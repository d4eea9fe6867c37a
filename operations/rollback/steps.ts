import { sameCommit } from "../../lib/commit.ts";
import { reasonOf } from "../../lib/failure.ts";
import { counted } from "../../lib/text.ts";
import type { Host } from "../hosts/host.ts";
import { holdsSuccessfully, waiting } from "../release/measurement.ts";
import type { Action, Step, StepRun } from "../release/step.ts";
import { automation, hold, leftAlone, restored } from "./automation.ts";
import { chooseTargets, type HostHistory } from "./choose.ts";
import type { PartsWithDatabase, RollbackParts } from "./parts.ts";
import { plain } from "./plain.ts";
import { lossStep, recoverySteps } from "./recovery.ts";
import { answerOf, mayMiss, reached, short, targetOf } from "./targets.ts";
import { partly, tellingSteps, toldAfter, toldBefore } from "./telling.ts";

const quickMs = 2000;

/** A rollback from the look at the hosts to the report. No monitor and no open item keeps it from being done. */
export function rollbackSteps(parts: RollbackParts): Step[] {
  const { database } = parts;
  const also = (stepsOf: (whole: PartsWithDatabase) => Step[]): Step[] =>
    database === undefined ? [] : stepsOf({ ...parts, database });
  const alarmed = (steps: readonly Step[]): Step[] =>
    steps.map((step) => ({ ...step, alarms: partly(parts) }));
  return [
    targets(parts),
    ...also((whole) => [lossStep(whole)]),
    schema(parts),
    automation(parts),
    ...alarmed([hold(parts), back(parts), probed(parts)]),
    ...also(toldBefore),
    ...alarmed(also(recoverySteps)),
    ...tellingSteps(parts),
    ...also(toldAfter),
  ];
}

/** What ends a rollback, when a good release is out again or the platform is meant to stay as it is. */
export function finishSteps(parts: RollbackParts): Step[] {
  return [restored(parts)];
}

function targets(parts: RollbackParts): Step {
  const { hosts, choice, leftOut = [] } = parts;
  return {
    ...plain("targets", "Each host must have an earlier deployment that served well.", 10),
    actions: [
      {
        name: "choose",
        does: "Asks each host for the last deployment that served before.",
        reads: true,
        find: async () => ({ state: "not-done" }),
        async perform({ signal }) {
          const asked = await Promise.all(hosts.map((host) => historyOf(host, signal)));
          signal.throwIfAborted();
          const histories = asked.flatMap((each) => ("silent" in each ? [] : [each]));
          const silent = asked.flatMap((each) => ("silent" in each ? [each] : []));
          const reasons = silent.map(({ host, silent }) => `${host.name} does not answer: ${silent}`);
          if (silent.length > 0 && (!mayMiss(parts) || histories.length === 0))
            throw new Error(reasons.join("; "));
          const chosen = chooseTargets(histories, choice);
          const note = Object.fromEntries(
            chosen.flatMap(({ host, from, to }) => [
              [`${host}.id`, to.id],
              [`${host}.commit`, to.commit ?? ""],
              [`${host}.from`, from?.commit ?? ""],
            ]),
          );
          const goes = chosen.map(
            ({ host, from, to }) =>
              `${host}: ${short(from?.commit)} back to ${short(to.commit)} (${to.id}, ${to.createdAt})`,
          );
          const without = leftOut.map((host) => `${host} is left out, as --only asks`);
          return { summary: [...goes, ...reasons, ...without].join("; "), note };
        },
      },
    ],
    after: async (run) =>
      holdsSuccessfully(
        reached(hosts, run, "targets")
          .map(({ name }) => `${name} to ${short(targetOf(run, name).commit)}`)
          .join(", "),
      ),
  };
}

/** What one host serves and has, or why it does not say. */
async function historyOf(
  host: Host,
  signal: AbortSignal,
): Promise<(HostHistory & { host: Host }) | { host: Host; silent: string }> {
  try {
    const [served, deployments] = await answerOf(
      (limited) => Promise.all([host.served(limited), host.deployments(limited)]),
      signal,
    );
    return { host, served, deployments };
  } catch (error) {
    return { host, silent: reasonOf(error) };
  }
}

function schema({ hosts, judge, acceptSchema }: RollbackParts): Step {
  return {
    ...plain("schema", "The earlier code must be able to work with the schema as it is.", 10),
    async after(run) {
      const pairs = new Map(
        reached(hosts, run, "targets").map(({ name }) => {
          const { commit, from } = targetOf(run, name);
          return [`${commit}..${from}`, { commit, from }] as const;
        }),
      );
      const notes: string[] = [];
      for (const { commit, from } of pairs.values()) {
        // It stays where it is, and works with the schema already.
        if (commit !== "" && commit === from) continue;
        if (commit === "" || from === "") {
          if (acceptSchema) continue;
          return {
            state: "inconclusive",
            summary:
              "A host does not say which commits it has, so the schema cannot be judged; pass --accept-schema if you have",
          };
        }
        const { state, summary, note } = await judge(commit, from, run.signal);
        if (note !== undefined && !notes.includes(note)) notes.push(note);
        if (state === "compatible" || acceptSchema) continue;
        return {
          state: state === "incompatible" ? "failed" : "inconclusive",
          summary: `${summary}. Judge it yourself and pass --accept-schema, or repair forward; what a restore loses is in docs/release.md`,
        };
      }
      const known = acceptSchema
        ? "A person has judged the schema (--accept-schema)"
        : "The earlier code knows the schema";
      return holdsSuccessfully([known, ...notes].join(". "));
    },
  };
}

function back(parts: RollbackParts): Step {
  const { hosts } = parts;
  return {
    ...plain("roll-back", "Each host must serve its last good deployment.", 15),
    goesOnWithout: (run) => mayMiss(parts) && reached(hosts, run, "roll-back").length > 0,
    actions: hosts.map(
      (host): Action => ({
        name: host.name,
        does: `Rolls back ${host.domains.join(" and ")} on ${host.name}.`,
        async find(run, key) {
          const alone = await leftAlone(host, "hold")(run, key);
          if (alone.state === "done") return alone;
          const { commit, id } = targetOf(run, host.name);
          const served = await host.served(run.signal);
          const own = (each: { commit: string | undefined; id: string }): boolean =>
            each.id === id || (commit !== "" && sameCommit(each.commit, commit));
          const pending = (await host.deployments(run.signal)).filter((each) => each.pending);
          const comes = pending.some(own);
          // A host that could not be kept from another deployment is told what is to come behind it.
          const isThreatened = !host.stages && !pending.every(own);
          return (served !== undefined && own(served) && !isThreatened) || comes
            ? { state: "done", done: { summary: `${host.name} is rolled back` } }
            : { state: "not-done" };
        },
        async perform(run, key) {
          const { id } = targetOf(run, host.name);
          const to = (await host.deployments(run.signal)).find((each) => each.id === id);
          if (to === undefined) {
            throw new Error(
              `${host.name} no longer lists the deployment ${id}: run optropic rollback --finish, and then the rollback again`,
            );
          }
          await host.rollBack(to, key, run.signal);
          return { summary: `${host.name} was told to serve ${id}` };
        },
      }),
    ),
    async after(run) {
      const told = reached(hosts, run, "roll-back");
      const states = await Promise.all(told.map((host) => isBackNow(host, parts, run)));
      const open = told.filter((_, index) => states[index] !== true);
      for (const host of open) {
        const failed = await failedAt(host, run);
        if (failed !== undefined) return { state: "failed", summary: failed };
      }
      return open.length === 0
        ? holdsSuccessfully(
            `${told.map(({ name }) => name).join(" and ")} ${told.length === 1 ? "serves what it" : "serve what they"} served before`,
          )
        : waiting(
            run.now,
            `${open.map(({ name }) => name).join(" and ")} ${open.length === 1 ? "does" : "do"} not serve it yet; if that stays so, choose the deployment at the dashboard, or run optropic rollback --finish and the rollback again`,
            quickMs,
          );
    },
  };
}

/** Whether a host serves what it was told to; its domains answer for one that is silent since. */
async function isBackNow(host: Host, { servedCommit }: RollbackParts, run: StepRun): Promise<boolean> {
  try {
    return await isBack(host, run);
  } catch (error) {
    run.signal.throwIfAborted();
    const { commit } = targetOf(run, host.name);
    const served = await Promise.all(host.domains.map((domain) => servedCommit(domain, run.signal)));
    if (commit !== "" && served.every((each) => sameCommit(each, commit))) return true;
    throw error;
  }
}

/** Whether a host tried to serve what it was told to and could not, as where variables of that build are gone. */
async function failedAt(host: Host, run: StepRun): Promise<string | undefined> {
  const { id, commit } = targetOf(run, host.name);
  const newest = (await host.deployments(run.signal))
    .filter((each) => each.createdAt >= run.openedAt.toISOString())
    .toSorted((one, other) => (one.createdAt > other.createdAt ? -1 : 1))
    .find((each) => commit !== "" && sameCommit(each.commit, commit));
  const isOver = newest !== undefined && newest.id !== id && !newest.ready && !newest.pending;
  if (!isOver && (await host.refused?.(id, run.openedAt, run.signal)) !== true) return undefined;
  return `${host.name} could not serve ${id} again${isOver ? ` (${newest.id} failed)` : ""}: look at its log, as variables or services of that build may be gone; then run optropic rollback --finish, and the rollback again, with --to for another commit`;
}

/**
 * Whether a host says that it serves what a rollback brought back, and not a deployment that has come since.
 *
 * @param run what the journal of the rollback noted
 */
export async function isBack(host: Host, run: Pick<StepRun, "noted" | "signal">): Promise<boolean> {
  const { id, commit } = targetOf(run, host.name);
  const served = await host.served(run.signal);
  return served?.id === id || (commit !== "" && sameCommit(served?.commit, commit));
}

/** A host's own word is not enough: what counts is what people are served. */
function probed({ hosts, servedCommit }: RollbackParts): Step {
  return {
    ...plain("probe", "Every domain must serve the earlier commit.", 15),
    async after(run) {
      const asked = reached(hosts, run, "roll-back").flatMap((host) =>
        host.domains.map((domain) => ({ domain, commit: targetOf(run, host.name).commit })),
      );
      const found = await Promise.all(
        asked.map(async ({ domain, commit }) => ({
          domain,
          commit,
          served: await servedCommit(domain, run.signal),
        })),
      );
      const silent = found.filter(({ served, commit }) => served === undefined || commit === "");
      if (silent.length > 0) {
        return {
          state: "inconclusive",
          summary: `${silent.map(({ domain }) => domain).join(" and ")} do not say which commit they serve`,
        };
      }
      const other = found.filter(({ served, commit }) => !sameCommit(served, commit));
      return other.length === 0
        ? holdsSuccessfully(
            `${counted(found.length, "domain")} ${found.length === 1 ? "serves" : "serve"} ${short(found[0]?.commit)}`,
          )
        : waiting(
            run.now,
            other.map(({ domain, served }) => `${domain} serves ${short(served)}`).join("; "),
            quickMs,
          );
    },
  };
}
