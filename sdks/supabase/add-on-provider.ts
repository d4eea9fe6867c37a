import type * as pulumi from "@pulumi/pulumi";
import { type AddOns, findAddOns, removeAddOn, selectAddOn } from "./add-ons.ts";
import { commonRules, difference, failuresOf, type Rule } from "./checks.ts";
import { type Access, type AccessInputs, accessOf, openAccess, poll } from "./management-api.ts";
import { waitUntilReady } from "./project-status.ts";

/** Inputs of an add-on as its provider gets them, and its state. */
export interface AddOnProperties extends AccessInputs {
  projectRef: string;
  /** Kind of add-on; of the Management API's, point-in-time recovery is the one served here. */
  type: "pitr";
  /** Days of recovery: 7, 14 or 28. */
  variant: string;
}

/** Buys, changes and cancels an add-on of a project. Its id is `<project ref>/<type>`. */
export const addOnProvider = {
  async check(_olds, news) {
    return { inputs: news, failures: failuresOf(news, rules) };
  },

  async diff(_id, olds, news) {
    return difference(olds, news, properties);
  },

  async create(inputs) {
    const access = openAccess(inputs);
    await ensure(access, inputs);
    const id = `${inputs.projectRef}/${inputs.type}`;
    if (!(await isListed(access, inputs))) {
      // Bought and not to be lost: an error with an id leaves the add-on in the state, to be looked at again.
      const reason = `Supabase took ${inputs.variant} for project ${inputs.projectRef} and does not list it yet.`;
      throw Object.assign(new Error(reason), { id, properties: { ...inputs }, reasons: [reason] });
    }
    return { id, outs: stateOf(inputs) };
  },

  async read(id, props) {
    const projectRef = id.split("/")[0] ?? "";
    const addOns = await findAddOns(openAccess(props ?? {}), projectRef);
    if (addOns?.pitr === undefined) {
      // An empty id tells the engine that the resource is gone.
      return { id: "" };
    }
    const found = stateOf({ ...props, projectRef, type: "pitr", variant: addOns.pitr });
    return { id, props: found, inputs: found };
  },

  async update(_id, _olds, news) {
    const access = openAccess(news);
    await ensure(access, news);
    if (!(await isListed(access, news))) {
      throw new Error(
        `Supabase took ${news.variant} for project ${news.projectRef} and does not list it yet.`,
      );
    }
    return { outs: stateOf(news) };
  },

  async delete(_id, props) {
    const access = openAccess(props);
    const addOns = await findAddOns(access, props.projectRef);
    // What is selected now is what costs money, also where it was changed by hand.
    if (addOns?.pitr !== undefined) {
      await removeAddOn(access, props.projectRef, addOns.pitr);
    }
  },
} satisfies pulumi.dynamic.ResourceProvider<AddOnProperties, AddOnProperties>;

const properties = ["projectRef", "type", "variant", "accessToken", "endpoint"];
const variants = ["pitr_7", "pitr_14", "pitr_28"];

const rules: Rule[] = [
  ...commonRules,
  { property: "type", expected: "pitr", holds: (value) => value === "pitr" },
  {
    property: "variant",
    expected: "pitr_7, pitr_14 or pitr_28",
    holds: (value) => variants.some((variant) => variant === value),
  },
];

/** Makes the project have the variant; buys nothing where it has it already. */
async function ensure(access: Access, inputs: AddOnProperties): Promise<void> {
  const { projectRef, variant } = inputs;
  await waitUntilReady(access, projectRef);
  const addOns = await findAddOns(access, projectRef);
  if (addOns === undefined) {
    throw new Error(`Supabase has no project ${projectRef} (404).`);
  }
  if (addOns.pitr === variant) {
    return;
  }
  const objection = objectionTo(addOns);
  if (objection !== undefined) {
    throw new Error(`Supabase project ${projectRef} cannot have ${variant}: ${objection}.`);
  }
  await selectAddOn(access, projectRef, { type: inputs.type, variant, compute: addOns.compute });
}

async function isListed(access: Access, inputs: AddOnProperties): Promise<boolean> {
  const listed = await poll(access, async () => {
    const addOns = await findAddOns(access, inputs.projectRef);
    return addOns?.pitr === inputs.variant ? true : undefined;
  });
  return listed === true;
}

/** What a plan or a compute size has against PITR (Supabase, Database Backups, Point-in-Time Recovery). */
function objectionTo(addOns: AddOns): string | undefined {
  if (addOns.compute === "nano" || addOns.compute === "micro") {
    return `PITR needs compute size small or larger, and it runs on ${addOns.compute}: set instanceSize`;
  }
  if (addOns.pitr === undefined && !addOns.offered.includes("pitr")) {
    return "its organisation's plan does not offer PITR, which needs Pro or higher";
  }
  return undefined;
}

/** What is kept in the state: the inputs that are set, and nothing else. */
function stateOf(inputs: AddOnProperties): AddOnProperties {
  const { projectRef, type, variant } = inputs;
  return { projectRef, type, variant, ...accessOf(inputs) };
}
