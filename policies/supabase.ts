import { judge, policy } from "./framework/index.ts";
import { dataApis, signIns } from "./model/facts.ts";
import { isOwnName } from "./model/own-names.ts";

// Supabase signs people in and serves tables by itself: its settings decide who gets in, and where they are sent.

export const supabaseSignIn = policy({
  name: "supabase-sign-in",
  items: ["3.1", "4.3"],
  title:
    "Supabase Auth must send people only to the platform, and let in only those whose address is confirmed.",
  severity: "critical",
  fix: "In auth of the supabase.Settings set site_url and uri_allow_list to https URLs of the platform, mailer_autoconfirm to false, password_min_length to 8 or more and jwt_exp to a day or less.",
  url: "https://supabase.com/docs/guides/deployment/going-into-prod",
  check: (stack) =>
    signIns(stack).map(({ resource, isSafe }) =>
      judge(resource, () => isSafe((host) => isOwnName(stack, host))),
    ),
});

export const supabaseSchemas = policy({
  name: "supabase-exposed-schemas",
  items: ["3.1", "4.7"],
  title: "The Data API of Supabase must serve only schemas of the application.",
  severity: "critical",
  fix: "Take the schemas of Supabase and PostgreSQL out of db_schema in api of the supabase.Settings; leave public, graphql_public and those of the application.",
  url: "https://supabase.com/docs/guides/api/hardening-data-api",
  check: (stack) => dataApis(stack).map(({ resource, servesOwn }) => judge(resource, servesOwn)),
});
