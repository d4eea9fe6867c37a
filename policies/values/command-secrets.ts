import { looksRandom } from "./randomness.ts";
import { commandsIn } from "./shell-words.ts";

/**
 * The values that a command gives where its program expects a password or a token: behind a short flag, glued to
 * it, or at a place of their own. Their names do not say so, unlike in `--password …`.
 */
export function commandSecrets(text: string, depth = 0): string[] {
  if (depth > 2 || !mentionsProgram.test(text)) return [];
  return commandsIn(text).flatMap((words, index, commands) => [
    ...programs.flatMap((program) => secretsOf(program, words)),
    ...piped(words, commands[index + 1]),
    // A command in quotes, as in `sh -c '…'`.
    ...words
      .filter((word) => /\s/.test(word) && word !== text)
      .flatMap((word) => commandSecrets(word, depth + 1)),
  ]);
}

/** Where a program takes a secret. */
interface Program {
  readonly name: RegExp;
  /** Words that have to be among the arguments: `docker -p` publishes a port, `docker login -p` is a password. */
  readonly when?: RegExp;
  /** Flags whose next word, or rest after `=`, is the secret. */
  readonly flags?: RegExp;
  /** Flags to which the secret is glued. */
  readonly glued?: RegExp;
  /** Flags whose next word has the secret after a name: `user:secret`. */
  readonly pairs?: RegExp;
  /** What the secret follows among all words, as one text with single spaces. */
  readonly after?: RegExp;
}

const programs: readonly Program[] = [
  { name: /^redis-cli$|^valkey-cli$|^keydb-cli$/, flags: /^(?:-a|--pass)$/, glued: /^-a(?=.)/ },
  { name: /^(?:mysql|mariadb)(?:dump|admin|import|check|-\w+)?$/, glued: /^-p(?=.)/ },
  { name: /^(?:mongo|mongosh|mongo\w+|cqlsh|rabbitmqadmin|influx)$/, flags: /^-p$/ },
  {
    name: /^(?:docker|podman|nerdctl|buildah|skopeo|helm|oras|crane|az|cf|oc|twine|nuget|dotnet)$/,
    when: /^(?:login|source|upload)$/,
    flags: /^-p$/,
  },
  { name: /^sshpass$/, flags: /^-p$/, glued: /^-p(?=.)/ },
  {
    name: /^curl$/,
    flags: /^--oauth2-bearer$/,
    pairs: /^(?:-u|-U|--user|--proxy-user)$/,
    glued: /^-[uU][^:]*:(?=.)/,
  },
  { name: /^(?:http|https|xh|xhs)$/, pairs: /^(?:-a|--auth)$/ },
  { name: /^(?:lftp|ncftpput|ncftpget)$/, flags: /^-p$/, pairs: /^-u$/ },
  { name: /^(?:sqlcmd|bcp|mosquitto_\w+|zip|unzip)$/, flags: /^-P$/ },
  { name: /^(?:7z|7za|7zr|rar|unrar)$/, glued: /^-p(?=.)/ },
  { name: /^ldap\w+$/, flags: /^-w$/ },
  { name: /^smbclient$/, pairs: /^-U$/ },
  { name: /^(?:keytool|jarsigner|apksigner)$/, flags: /^-{1,2}(?:\w+-?)?(?:store|key)-?pass$/ },
  { name: /^openssl$/, glued: /^pass:(?=.)/ },
  { name: /^openssl$/, when: /^enc$/, flags: /^-[kK]$/ },
  { name: /^htpasswd$/, when: /^-\w*b/, after: /^\S+ -\S+ (?:-\S+ )*(?:\S+ )\S+ (\S+)$/ },
  {
    name: /^(?:npm|pnpm|yarn|bun)$/,
    when: /^config$/,
    after: /config set (?:-\S+ )*\S*(?:_auth|_authToken|_password|npmAuthToken|npmAuthIdent)[= ](\S+)/,
  },
  { name: /^(?:npm|pnpm|yarn|bun)$/, glued: /^--\S*:?_(?:auth|authToken|password)=/ },
  {
    name: /^(?:aws|doppler|gh|git|poetry|gcloud|glab|heroku|stripe|supabase|vercel|pulumi|snyk)$/,
    when: /^(?:config|configure)$/,
    after:
      /config(?:ure)? (?:set )?(?:--\S+ )*\S*(?:secret\w*|token|password|api[_-]?key|secret[_-]access[_-]key|pypi-token\.\S+) (?!--)(\S+)/i,
  },
  { name: /^(?:poetry|composer)$/, when: /^config$/, after: /http-basic\.\S+ \S+ (\S+)/ },
  { name: /^bundle$/, when: /^config$/, after: /config (?:set )?(?:--\S+ )*\S+ [^\s:]+:(\S+)/ },
  { name: /^mc$/, when: /^alias$/, after: /alias set \S+ \S+ \S+ (\S+)/ },
  {
    name: /^(?:snyk|railway|fly|flyctl|vault|doppler)$/,
    after: /^\S+ (?:auth|login)(?: --?\S+)* (\S{16,})$/,
  },
];

/** Most texts mention none of them, and need not be taken apart. */
const mentionsProgram =
  /\b(?:redis|valkey|keydb|mysql|mariadb|mongo|cqlsh|rabbitmqadmin|influx|docker|podman|nerdctl|buildah|skopeo|helm|oras|crane|az|cf|oc|twine|nuget|dotnet|sshpass|curl|https?|xhs?|lftp|ncftp|sqlcmd|bcp|mosquitto|zip|unzip|7z|rar|unrar|ldap|smbclient|keytool|jarsigner|apksigner|openssl|htpasswd|npm|pnpm|yarn|bun|aws|doppler|gh|git|poetry|gcloud|glab|heroku|stripe|supabase|vercel|pulumi|snyk|composer|bundle|mc|railway|fly|flyctl|vault|chpasswd)\w*\b/;

function secretsOf({ name, when, flags, glued, pairs, after }: Program, words: readonly string[]): string[] {
  const start = words.findIndex((word) => name.test(word.replace(/^.*\//, "")));
  if (start < 0) return [];
  const own = words.slice(start + 1);
  if (when !== undefined && !own.some((word) => when.test(word))) return [];
  const given = own.flatMap((word, index) => {
    const [flag = "", ...rest] = word.split("=");
    const value = rest.length > 0 ? rest.join("=") : (own[index + 1] ?? "");
    const [, ...second] = value.split(/[:%,]/);
    return [
      flags?.test(flag) === true ? value : "",
      pairs?.test(flag) === true ? second.join(":") : "",
      glued?.test(word) === true ? word.replace(glued, "") : "",
    ];
  });
  const placed = after?.exec(words.slice(start).join(" "))?.[1] ?? "";
  return [...given, placed].filter((value) => value !== "" && !value.startsWith("-"));
}

/** What is written out and piped into a program that reads a password: `echo … | docker login --password-stdin`. */
function piped(words: readonly string[], next: readonly string[] = []): string[] {
  const [printer = "", ...printed] = words;
  const reads =
    next.some((word) => /^(?:--password-stdin|--with-token|--pass-stdin|chpasswd)$/.test(word)) ||
    /^(?:vault login|fly secrets import|wrangler secret put|vercel env add)\b/.test(next.join(" "));
  const last = printed.at(-1)?.replace(/^[^:=]*[:=]/, "") ?? "";
  return /^(?:echo|printf)$/.test(printer) && reads && (last.length >= 4 || looksRandom(last)) ? [last] : [];
}
