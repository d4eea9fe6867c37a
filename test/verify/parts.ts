import type { Probe } from "../../verify/probe.ts";
import { registry } from "../../verify/registry.ts";

const needs = (which: (need: string) => boolean) => (probe: Probe) => probe.needs.some(which);
const ofVendors = needs((need) => need.startsWith("vendor:"));
const ofOutputs = needs((need) => need === "outputs");
const ofTheDatabase = needs((need) => need === "database");

/** The probes by the healthy target that they are tried on; each probe is in one of them. */
export const parts = {
  /** test/target, without a database: web.test.ts. */
  web: registry.filter((probe) => !ofVendors(probe) && !ofOutputs(probe) && !ofTheDatabase(probe)),
  /** The same with PostgreSQL: platform.test.ts and database.test.ts. */
  database: registry.filter((probe) => ofTheDatabase(probe)),
  /** test/vendors/fake: vendors.test.ts. */
  vendors: registry.filter(ofVendors),
  /** What compares the outputs of stacks: secrets.test.ts. */
  outputs: registry.filter(ofOutputs),
} as const;
