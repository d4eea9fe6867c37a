import type { ItemId } from "../checklist/items.ts";
import { type ControlDecision, type Decision, passes } from "./decide.ts";
import { type Contact, ownerOf } from "./owners.ts";
import type { RunKind } from "./statement.ts";

/** One thing to do so that the decision becomes go. */
export interface Action {
  /** A command, or what to change, in one sentence. */
  what: string;
  /** Whether `what` is a command to run. */
  command: boolean;
  /** Where: a file and line, or an address. */
  where?: string;
  owner: Contact;
  /** The items that it is for, in the checklist's order. */
  items: ItemId[];
}

/**
 * The shortest list of what would make the decision go: what one command shows for many items stands once, and
 * what does not hold comes first.
 */
export function actionsOf(decision: Decision): Action[] {
  const actions = new Map<string, Action>();
  for (const { item, controls, blocks } of decision.items) {
    if (!blocks) continue;
    const open = controls.filter((control) => !control.advisory && !passes(control.verdict));
    const needed =
      open.length === 0 ? [unbuilt] : open.flatMap((control) => needFor(control, item.id, decision));
    for (const need of needed) {
      const action = actions.get(need.what) ?? { ...need, owner: ownerOf(item.id), items: [] };
      if (!action.items.includes(item.id)) action.items.push(item.id);
      actions.set(need.what, action);
    }
  }
  return [...actions.values()].sort((one, other) => Number(one.command) - Number(other.command));
}

type Need = Pick<Action, "what" | "command" | "where">;

const unbuilt: Need = {
  what: "No control is built for this yet: check it by hand, and waive it or wait for a version that has one",
  command: false,
};

function needFor(control: ControlDecision, id: ItemId, { stack, at }: Decision): Need[] {
  const { verdict, result, run, waits } = control;
  // What is worked out from other items needs what those need.
  if (run === "decision") return [];
  if (verdict === "does-not-hold" && run === "watch" && result !== undefined) {
    const what = `Mend it and release again, or go back with npx optropic rollback --stack ${stack}: ${result.summary}`;
    return [{ what, command: false }];
  }
  if (verdict === "does-not-hold" && result !== undefined) {
    const where = result.place === undefined ? result.url : `${result.place.path}:${result.place.line}`;
    return [{ what: result.fix ?? result.summary, command: false, ...(where !== undefined && { where }) }];
  }
  if (run === "attestation") {
    const until = new Date(Date.parse(at) + 30 * 86_400_000).toISOString().slice(0, 10);
    return [
      {
        what: `npx optropic attest ${id} --stack ${stack} --by ${ownerAddress} --shows URL --until ${until}`,
        command: true,
      },
    ];
  }
  // The preview of the platform says that it is not asked: the program of the delivery is.
  if (run === "preview" && result?.state === "not-applicable") {
    return [{ what: `npx optropic preview --cwd delivery --stack ${stack} --evidence`, command: true }];
  }
  // Another preview would not know it either: what runs has to be measured.
  if (waits === true) return [{ what: commands.verify(stack), command: true }];
  return [{ what: commands[run](stack), command: true }];
}

const ownerAddress = "YOUR@ADDRESS";

const commands: Readonly<Record<Exclude<RunKind, "attestation">, (stack: string) => string>> = {
  preview: (stack) => `npx optropic preview --stack ${stack} --evidence`,
  verify: (stack) => `npx optropic verify --stack ${stack} --evidence`,
  drill: (stack) => `npx optropic drill --stack ${stack}`,
  backup: (stack) => `npx optropic backups --stack ${stack} --evidence`,
  "load-test": (stack) =>
    `npm run loadtest -- --summary summary.json; npx optropic evidence load-test summary.json --stack ${stack}`,
  gate: (stack) => `npx optropic evidence gates --stack ${stack}`,
  migration: (stack) =>
    `npx optropic migrate rehearse --stack ${stack}; npx optropic migrate apply --stack ${stack}`,
  release: (stack) => `npx optropic release --stack ${stack} --version VERSION`,
  rollback: (stack) => `npx optropic rollback --stack ${stack} --rehearse`,
  watch: (stack) => `npx optropic watch --stack ${stack} --since WENT-LIVE-AT --evidence`,
};
