import { adapters } from "../adapters/index.ts";
import type { Stack } from "../framework/index.ts";
import type { Adapter } from "./adapter.ts";
import { perStack } from "./per-stack.ts";
import { pulumiStack } from "./tokens.ts";

/** A part of the model, of all vendors together; a declaration, since modules that adapters import call it too. */
export function all<Fact>(
  read: (adapter: Adapter) => ((stack: Stack) => readonly Fact[]) | undefined,
): (stack: Stack) => readonly Fact[] {
  return perStack((stack) => adapters.flatMap((adapter) => read(adapter)?.(stack) ?? []));
}

export const apiTokens = all(({ apiTokens: part }) => part);
export const connections = all(({ connections: part }) => part);
export const corsOrigins = all(({ corsOrigins: part }) => part);
export const dashboards = all(({ dashboards: part }) => part);
export const dataApis = all(({ dataApis: part }) => part);
export const healthChecks = all(({ healthChecks: part }) => part);
export const hostEnvironments = all(({ environments: part }) => part);
export const otherCommands = all(({ otherCommands: part }) => part);
export const otherFiles = all(({ otherFiles: part }) => part);
export const documents = all(({ documents: part }) => part);
export const placed = all(({ placed: part }) => part);
export const redirects = all(({ redirects: part }) => part);
export const recipients = all(({ recipients: part }) => part);
/** Also those that are switched off: `scrapes` of shared-secrets.ts leaves them out. */
export const allScrapes = all(({ scrapes: part }) => part);
export const routings = all(({ routing: part }) => part);
export const secretReaders = all(({ secretReaders: part }) => part);
export const signIns = all(({ signIns: part }) => part);
export const stageVariables = all(({ stageVariables: part }) => part);
export const variableFiles = all(({ variableFiles: part }) => part);
/** Schemas in which the stack lets roles write to tables: what they hold is the application's. */
export const writtenSchemas = all(({ writtenSchemas: part }) => part);
export const codeRepositories = all(({ repositories: part }) => part);
export const writers = all(({ writers: part }) => part);
export const ruleWriters = all(({ ruleWriters: part }) => part);
export const productionRights = all(({ productionAccess: part }) => part);
export const writtenFiles = all(({ writtenFiles: part }) => part);
export const stackClocks = all(({ stackClocks: part }) => part);
export const driftChecks = all(({ driftChecks: part }) => part);
export const stackDeployments = all(({ stackDeployments: part }) => part);
export const packGroups = all(({ packGroups: part }) => part);
export const errorProjects = all(({ errorProjects: part }) => part);
export const errorKeys = all(({ errorKeys: part }) => part);
export const scrubbings = all(({ scrubbings: part }) => part);
export const errorAlerts = all(({ errorAlerts: part }) => part);
export const errorFigures = all(({ errorFigures: part }) => part);
/** What is built and deployed, of hosts and of what nobody calls. */
export const deployedSources = all(({ sources: part }) => part);
/** Images that are run in place of code which a vendor builds. */
export const images = all(({ images: part }) => part);
export const monitors = all(({ monitors: part }) => part);
export const watches = all(({ watches: part }) => part);
export const schedules = all(({ schedules: part }) => part);
export const escalations = all(({ escalations: part }) => part);
export const loggedFields = all(({ loggedFields: part }) => part);
export const corsAnswers = all(({ corsAnswers: part }) => part);
export const zoneSettings = all(({ zoneSettings: part }) => part);
export const hostTls = all(({ hostTls: part }) => part);

/** Whether a policy of their vendor's own judges the texts of resources of a type; those of the stack itself are none. */
export const isJudgedElsewhere = (type: string): boolean =>
  type === pulumiStack ||
  adapters.some(
    ({ packages, hasOwnTexts }) => hasOwnTexts && packages?.some((name) => type.startsWith(`${name}:`)),
  );

/** Whether what answers at a host and port is a pooler of a vendor's. */
export const isPooler = (host: string, port: number | undefined): boolean =>
  adapters.some((adapter) => adapter.isPooler?.(host.toLowerCase(), port) === true);
