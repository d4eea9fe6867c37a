import * as z from "zod";
import { parseJson } from "../../lib/json.ts";
import { hostOf } from "../records.ts";
import { type Existing, textAt } from "../resources.ts";
import type { Answers } from "./answers.ts";
import { mainOf } from "./names.ts";

/** One thing that the settings of a platform need to be told. */
export interface Question {
  /** The flag that answers it, without dashes. */
  readonly flag: string;
  readonly text: string;
  /** The settings that it fills in, with dots; none where it only stands in other texts. */
  readonly settings: readonly string[];
  /** Whether the setting is a list, given with commas. */
  readonly isList?: true;
  /** What a state says of it. */
  readonly found?: (existing: readonly Existing[], answers: Answers) => string | undefined;
  /** What it is where nobody says otherwise. */
  readonly fallback?: (answers: Answers) => string | undefined;
}

/** What all of a type agree on: where several are there, nobody's first one is taken. */
const agreed =
  (type: string, read: (one: Existing) => string | undefined) => (existing: readonly Existing[]) => {
    const said = new Set(existing.filter((one) => one.type === type).flatMap((one) => read(one) ?? []));
    return said.size === 1 ? [...said][0] : undefined;
  };

const property = (type: string, path: string) => agreed(type, ({ properties }) => textAt(properties, path));

/** Of the project that serves the site, and where none does of all. */
const ofSite = (path: string) => (existing: readonly Existing[], answers: Answers) => {
  const { web } = mainOf(existing, answers);
  return web === undefined ? property(vercelProject, path)(existing) : textAt(web.properties, path);
};

const under =
  (label: string) =>
  ({ zone }: Answers) =>
    zone === undefined ? undefined : `${label}.${zone}`;

const mailbox =
  (role: string) =>
  ({ mail, zone }: Answers) =>
    (mail ?? zone) === undefined ? undefined : `${role}@${mail ?? zone}`;

const zoneType = "cloudflare:index/zone:Zone";
const vercelProject = "vercel:index/project:Project";

/** Networks that a database is restricted to; undefined where everybody may reach it. */
function networksIn(settings: string | undefined): string | undefined {
  const parsed = z.object({ restrictions: z.array(z.string()).min(1) }).safeParse(parseJson(settings ?? ""));
  const networks = parsed.data?.restrictions ?? [];
  return networks.length === 0 || networks.some((network) => /\/0$/.test(network))
    ? undefined
    : networks.join(",");
}

/** The account of the zone that was named. */
function accountOf(existing: readonly Existing[], zone: string | undefined): string | undefined {
  const isNamed = ({ properties }: Existing): boolean =>
    zone === undefined || hostOf(textAt(properties, "name") ?? "") === hostOf(zone);
  return property(zoneType, "account.id")(existing.filter((one) => one.type === zoneType && isNamed(one)));
}

/** In the order in which they are asked: a default may come of an earlier answer. */
export const questions: readonly Question[] = [
  {
    ...{ flag: "zone", text: "The DNS zone of the platform", settings: ["domains.zone"] },
    found: property("cloudflare:index/zone:Zone", "name"),
  },
  {
    ...{ flag: "web", text: "The host of the site", settings: ["domains.web"] },
    fallback: ({ zone }) => zone,
  },
  {
    ...{ flag: "redirect", text: "The host that redirects to the site", settings: ["domains.redirect"] },
    fallback: under("www"),
  },
  { flag: "api", text: "The host of the API", settings: ["domains.api"], fallback: under("api") },
  {
    ...{ flag: "name", text: "The name from which the vendors' names are made", settings: ["project.name"] },
    fallback: ({ zone }) => zone?.split(".")[0],
  },
  {
    ...{
      flag: "repository",
      text: "The repository at GitHub, as OWNER/NAME",
      settings: ["project.repository"],
    },
    found: ofSite("gitRepository.repo"),
  },
  {
    ...{ flag: "branch", text: "The branch that is deployed", settings: ["project.branch"] },
    found: ofSite("gitRepository.productionBranch"),
    fallback: () => "release/production",
  },
  {
    ...{
      flag: "cloudflare-account",
      text: "The id of the Cloudflare account",
      settings: ["accounts.cloudflare"],
    },
    found: (existing, { zone }) => accountOf(existing, zone),
  },
  {
    ...{ flag: "vercel-team", text: "The id of the Vercel team", settings: ["accounts.vercelTeam"] },
    found: property(vercelProject, "teamId"),
  },
  {
    ...{ flag: "render-owner", text: "The id of the Render workspace", settings: ["accounts.renderOwner"] },
    found: property("render:index/webService:WebService", "ownerId"),
  },
  {
    flag: "supabase-organization",
    text: "The id of the Supabase organization",
    settings: ["accounts.supabaseOrganization"],
    found: property("supabase:index/project:Project", "organizationId"),
  },
  {
    flag: "networks",
    text: "Networks that may reach the database, with commas",
    settings: ["database.allowedNetworks"],
    isList: true,
    found: agreed("supabase:index/settings:Settings", ({ properties }) =>
      networksIn(textAt(properties, "network")),
    ),
  },
  {
    flag: "recipients",
    text: "Two age keys that decrypt backups, with a comma",
    settings: ["backups.recipients"],
    isList: true,
  },
  {
    ...{
      flag: "sentry",
      text: "The slug of the Sentry organization",
      settings: ["errorTracking.organization"],
    },
    found: property("sentry:index/team:Team", "organization"),
  },
  {
    ...{ flag: "sentry-team", text: "The slug of the Sentry team", settings: ["errorTracking.team"] },
    found: property("sentry:index/team:Team", "slug"),
    fallback: ({ name }) => name,
  },
  {
    flag: "sentry-pagerduty",
    text: "The number of Sentry's PagerDuty integration",
    settings: ["errorTracking.pagerDutyIntegration"],
  },
  {
    ...{ flag: "grafana", text: "The URL of the Grafana stack", settings: ["observability.grafana.url"] },
    found: property("pulumi:providers:grafana", "url"),
  },
  { flag: "grafana-stack", text: "The id of the Grafana stack", settings: ["observability.grafana.stackId"] },
  {
    ...{ flag: "slack", text: "The Slack channel of alerts", settings: ["observability.slackChannel"] },
    fallback: ({ name }) => (name === undefined ? undefined : `#${name}-alerts`),
  },
  { flag: "pagerduty", text: "The subdomain of the PagerDuty account", settings: ["onCall.account"] },
  {
    ...{ flag: "mail", text: "The domain of the team's addresses", settings: [] },
    fallback: ({ zone }) => zone,
  },
  { flag: "primary", text: "The first on call, an address", settings: ["onCall.people.0.email"] },
  { flag: "secondary", text: "The second on call, an address", settings: ["onCall.people.1.email"] },
  {
    ...{ flag: "technical-lead", text: "The technical lead", settings: ["contacts.technicalLead"] },
    fallback: mailbox("tech-lead"),
  },
  {
    flag: "devops",
    text: "The contact for DevOps",
    settings: ["contacts.devops"],
    fallback: mailbox("devops"),
  },
  {
    ...{ flag: "database-admin", text: "The database administrator", settings: ["contacts.databaseAdmin"] },
    fallback: mailbox("database"),
  },
  {
    ...{ flag: "security", text: "The contact for security", settings: ["contacts.security"] },
    fallback: mailbox("security"),
  },
  { flag: "logs", text: "The URL that log lines are sent to", settings: ["logs.endpoint"] },
  { flag: "syslog", text: "The host and port that syslog is sent to", settings: ["logs.syslog"] },
  {
    ...{ flag: "status-page", text: "The URL of the status page", settings: ["links.statusPage"] },
    fallback: ({ zone }) => (zone === undefined ? undefined : `https://status.${zone}`),
  },
];

/** @returns what is answered, found or follows from that, and the questions that are still open */
export function answerQuestions(
  given: Answers,
  existing: readonly Existing[],
): { answers: Answers; open: readonly Question[] } {
  const answers: Record<string, string> = {};
  const open: Question[] = [];
  for (const question of questions) {
    const answer =
      given[question.flag] ?? question.found?.(existing, answers) ?? question.fallback?.(answers);
    if (answer === undefined) open.push(question);
    else answers[question.flag] = answer;
  }
  return { answers, open };
}
