import { statusInProduction } from "./build-condition.ts";

/** A command for people and machines: the parts between `&&`, `||`, `;` and line ends, without `sh -c '…'` around. */
export function partsOf(command: string): string[] {
  return unwrapped(command)
    .split(/&&|\|\||[;\n]|(?<![>&])&(?![>&])/)
    .map((part) =>
      part
        .trim()
        .replace(/^\(|\)$/g, "")
        .trim(),
    )
    .filter((part) => part !== "");
}

/** What `sh -c '…'` and the like run. */
function unwrapped(command: string): string {
  const [, quoted] =
    /^\s*(?:\/\S*\/)?(?:ba|da|z)?sh\s+-\w*c\s+(["'])([\s\S]*)\1\s*$/.exec(command)?.slice(1) ?? [];
  return quoted ?? command;
}

/** A list of arguments as one command: what a shell among them is given to run, else the words as it would need them. */
export function commandText(words: readonly string[]): string {
  const [shell = "", flag = "", script] = words;
  const isScript = /^(?:\/\S*\/)?(?:ba|da|z)?sh$/.test(shell) && /^-\w*c$/.test(flag);
  return isScript && script !== undefined ? script : words.map(quoted).join(" ");
}

const quoted = (word: string): string => {
  if (!/[\s;&|]/.test(word)) return word;
  return word.includes("'") && !word.includes('"') ? `"${word}"` : `'${word}'`;
};

/** Programs for development: they reload, trace and show what production must not. */
const developing = [
  /\b(?:next|nuxi?|nuxt|remix|react-router|astro|gatsby|vite|vinxi|ng|webpack|webpack-dev-server|parcel|rsbuild|wrangler|netlify|vercel|medusa|strapi|expo|sst|keystone)\s+(?:dev|serve|develop|start:dev)\b/,
  /\b(?:nodemon|pm2-dev|ts-node-dev|tsnd|node-dev|supervisor|webpack-dev-server|live-server|browser-sync)\b/,
  // Without a command, each of these serves for development.
  /(?:^|\s|\/)(?:vite|vinxi|parcel)(?:\s+-\S.*)?$/,
  /\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:[\w-]+:)?(?:dev|develop|development|watch)(?:[:\s]|$)/,
  /\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:start|serve):(?:dev|development|debug|watch|local)\b/,
  /\b(?:node|tsx|bun|deno)\b[^;&|]*\s--(?:watch|hot)\b|\btsx\s+watch\b/,
  /\bnest\s+start\b[^;&|]*--(?:watch|debug)\b/,
  /\bflask\b[^;&|]*--debug\b|\b(?:uvicorn|hypercorn|gunicorn)\b[^;&|]*--reload\b|\bmanage\.py\s+runserver\b|\brails\s+(?:s|server)\b[^;&|]*-e\s*dev/,
];

/** Whether a command serves with a program that is made for development. */
export const develops = (command: string): boolean =>
  partsOf(command).some((part) => developing.some((form) => form.test(part)));

/** Whether it compiles the source each time that it starts, by what its authors made for development. */
export const compilesAtStart = (command: string): boolean =>
  partsOf(command).some((part) =>
    /(?:^|\s|\/)(?:ts-node(?:-esm|-script|-transpile-only)?|babel-node)(?:\s|$)|(?:-r|--require|--loader|--import)[ =](?:ts-node|@babel)\/(?:register|esm)/.test(
      part,
    ),
  );

/** Whether code in it gives NODE_ENV another value than production; what a shell assigns is read as a variable. */
export const overridesNodeEnv = (command: string): boolean =>
  /\benv(?:\.|\[["'])NODE_ENV\b["'\]]*\s*=(?![=>])\s*(?!["'`]?production\b)["'`\w]/.test(command);

/** The level of a logger that an option of the program sets, such as `--log-level=debug`. */
export const logLevelOf = (command: string): string | undefined =>
  /(?:^|\s)--(?:log-?level|loglevel|logLevel)[ =]["']?([\w-]+)/.exec(command)?.[1]?.toLowerCase();

/** Whether it opens the debugger, which runs any code for whoever reaches the port. */
export const debugs = (command: string): boolean =>
  /(?:^|[\s"'=])--(?:inspect|inspect-brk|inspect-wait|debug-brk|inspect-port)(?:=|\s|$)/.test(command);

/** Whether it ends as a success although something in it failed. */
export const masksFailure = (command: string): boolean =>
  /(?:\|\||;)\s*(?:true|:|exit\s+0|echo\b[^;&|]*|printf\b[^;&|]*)\s*\)?\s*;?\s*$/.test(unwrapped(command)) ||
  /(?:^|[;&\n]\s*)set\s+\+e\b/.test(unwrapped(command));

/** Whether it does nothing at all. */
export const doesNothing = (command: string): boolean => {
  const parts = partsOf(command);
  return parts.length > 0 && parts.every((part) => nothing.test(part));
};

const nothing =
  /^(?:true|:|exit(?:\s+0)?|(?:echo|printf)\b[^|`$>]*|sleep\s+\S+|tail\s+-f\s+\/dev\/null|\[\s*(\S+)\s*(?:=|==|-eq)\s*\1\s*\]|test\s+(\S+)\s+(?:=|==|-eq)\s+\2|false\s*)$/;

/** What destroys data where it runs before a release. */
const destructive = [
  /\bprisma\s+migrate\s+(?:reset|dev)\b/,
  /\bprisma\s+db\s+push\b[^;&|]*--(?:accept-data-loss|force-reset)\b/,
  /\bdrizzle-kit\s+(?:push|drop)\b/,
  /\b(?:typeorm|typeorm-ts-node-\w+)\s+(?:\S+\s+)*?schema:(?:drop|sync)\b|\bmigration:revert\b/,
  /\b(?:sequelize|sequelize-cli)\s+(?:db:drop|db:migrate:undo\S*)\b/,
  /\bknex\s+migrate:(?:rollback|down)\b/,
  /\b(?:rails|rake)\s+db:(?:drop|reset|setup|schema:load|purge)\b/,
  /\bmanage\.py\s+(?:flush|reset_db|sqlflush)\b|\balembic\s+downgrade\b|\bflyway\s+clean\b|\bliquibase\s+drop-?all\b/i,
  /\b(?:DROP\s+(?:DATABASE|SCHEMA|TABLE)|TRUNCATE)\b/i,
  /(?:^|\s)dropdb\b/,
  /\b(?:supabase\s+db\s+reset|atlas\s+schema\s+clean)\b/,
];

/**
 * What looks at migrations, writes them or takes them back, applies none, and does not fail where one is pending.
 * A check that does fail is a guard: `prisma migrate status`, `db:abort_if_pending_migrations`, `migrate --check`
 * and `flyway validate` keep a release back until its migrations were applied by something else.
 */
const notApplying = [
  /\bprisma\s+(?:migrate\s+(?:resolve|diff)|generate|validate|format|db\s+(?:pull|seed))\b/,
  /\bdrizzle-kit\s+(?:generate|check|introspect|pull|up|export)\b/,
  /\bknex\s+(?:\S+\s+)*?migrate:(?:list|status|currentVersion|make|unlock)\b/,
  /\b(?:sequelize|sequelize-cli)\s+(?:db:migrate:status|db:create|migration:\w+)\b/,
  /\btypeorm\S*\s+(?:\S+\s+)*?migration:(?:show|create|generate)\b/,
  /\b(?:rails|rake)\s+(?:db:migrate:status|db:version)\b/,
  /\bmanage\.py\s+(?:showmigrations|makemigrations|sqlmigrate|check)\b|\bmanage\.py\s+migrate\b[^;&|]*--(?:plan|fake)\b/,
  /\balembic\s+(?:current|history|heads|show|check|revision|stamp)\b/,
  /\bflyway\b[^;&|]*\s(?:info|check|baseline|repair)\b|\bliquibase\b[^;&|]*\s(?:status|validate|history|diff)\b/i,
];

/** Whether it only looks at migrations: a program of migrations is in it, and no part applies or guards any. */
export const appliesNothing = (command: string): boolean => {
  const parts = partsOf(command);
  const isIdle = (part: string) => notApplying.some((form) => form.test(part));
  return parts.some(isIdle) && parts.every((part) => isIdle(part) || nothing.test(part));
};

/** Servers of files, which serve the folder that they are given, or the one in which they start. */
const fileServers: ReadonlySet<string> = new Set([
  "serve",
  "http-server",
  "sirv",
  "static-server",
  "miniserve",
]);

/** Options of theirs that have a value. */
const valued = /^(?:-[lpacCP]|--(?:listen|port|address|host|config|proxy|ssl-cert|ssl-key))$/;

/** Whether it serves the folder of the source as files, with all that is in it. */
export const servesSource = (command: string): boolean =>
  partsOf(command).some((part) => {
    const words = part.split(/\s+/).filter((word) => !/^\w+=/.test(word));
    const runner = /^(?:npx|bunx|pnpx|exec)$/.test(words[0] ?? "")
      ? 1
      : /^(?:pnpm|yarn|npm)$/.test(words[0] ?? "")
        ? 2
        : 0;
    const start = words.findIndex(
      (word, place) => place <= runner && fileServers.has(word.replace(/^.*\//, "")),
    );
    if (start < 0 || /^(?:npm|pnpm|yarn)\s+(?:run\s+)?serve\b/.test(part)) {
      return /\bpython3?\s+-m\s+http\.server\b(?!.*\s(?:-d|--directory)\s)|\bphp\s+-S\s+\S+\s*$/.test(part);
    }
    const folder = words.slice(start + 1).find((word, place, rest) => {
      const isValue = place > 0 && valued.test(rest[place - 1] ?? "");
      return !word.startsWith("-") && !isValue;
    });
    return folder === undefined || /^(?:\.{1,2}\/?|\/|\$PWD\/?)$/.test(folder);
  });

/** Whether it may take data away. */
export const destroys = (command: string): boolean => destructive.some((form) => form.test(command));

/** Variables that it takes from what it starts: `env -i`, `env -u NAME`, `unset NAME`; `*` for all. */
export function unsetVariables(command: string): string[] {
  const all = /\benv\s+(?:-\w*i\b|--ignore-environment\b|-\s)/.test(command) ? ["*"] : [];
  const single = [...command.matchAll(/\benv\b[^;&|]*?\s(?:-u\s*|--unset[= ])([A-Za-z_]\w*)/g)].map(
    ([, name = ""]) => name,
  );
  const lists = [...command.matchAll(/(?:^|[;&|\n]\s*)unset\s+(?:-v\s+)?([\w ]+)/g)].flatMap(
    ([, names = ""]) => names.trim().split(/\s+/),
  );
  return [...all, ...single, ...lists];
}

/** Whether it fetches or installs without verifying certificates. */
export const skipsVerification = (command: string): boolean =>
  /\bNODE_TLS_REJECT_UNAUTHORIZED=["']?0|\bGIT_SSL_NO_VERIFY=["']?(?:1|true)|(?:npm_config_strict_ssl|--strict-ssl|\bstrict-ssl|\bstrictSsl|enableStrictSsl|http\.sslVerify|unsafeHttp)[= ]["']?(?:false|0|off)|--no-check-certificate|--no-strict-ssl|--trusted-host\b|--allow-unauthenticated|\bcurl\b[^;&|]*\s(?:-\w*k\w*|--insecure)\b|\bwget\b[^;&|]*--no-check-certificate/i.test(
    command,
  );

/** Whether a build is told that it is not for production; what only installs needs the packages of development. */
export const buildsForDevelopment = (command: string): boolean =>
  partsOf(command).some(
    (part) =>
      /(?:^|\s)(?:export\s+)?NODE_ENV=["']?(?!production\b)\w+/.test(part) &&
      !/\b(?:npm|pnpm|yarn|bun)\s+(?:ci|i|install|add)\b|^(?:NODE_ENV=\S+\s+)?yarn\s*$/.test(part),
  );

/** Whether a command that says when to skip a build always does, or always does for production. */
export const skipsEveryBuild = (command: string): boolean =>
  doesNothing(command) || statusInProduction(unwrapped(command)) === 0;
