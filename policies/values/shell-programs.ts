// What programs do with what they read, as far as it decides whether a command shows variables.

/** They write what they read, changed or in part. */
export const filters: ReadonlySet<string> = new Set(
  "cat tac head tail sort uniq sed gsed awk gawk mawk nawk cut tr tee base64 base32 gzip bzip2 xz zstd openssl xxd od hexdump rev nl fold fmt column paste less more jq yq strings iconv pr grep egrep fgrep zgrep rg ts diff comm join shuf bat perl".split(
    " ",
  ),
);

/** They write nothing of what they read but a number or a digest. */
export const summaries: ReadonlySet<string> = new Set(
  "wc md5sum sha1sum sha224sum sha256sum sha384sum sha512sum shasum cksum b2sum cmp true :".split(" "),
);

export const printers: ReadonlySet<string> = new Set(["echo", "printf", "print"]);

/** They send what they are given to another machine, or into a log. */
export const senders: ReadonlySet<string> = new Set(
  "curl wget http https xh xhs httpie nc ncat netcat socat telnet logger systemd-cat wall mail mailx sendmail mutt ssh aws gsutil gcloud az rclone s3cmd ftp lftp".split(
    " ",
  ),
);

/** They put files elsewhere. */
export const copiers: ReadonlySet<string> = new Set(
  "cp mv ln install rsync scp tar zip 7z dd cpio rclone ditto".split(" "),
);

export const shells: ReadonlySet<string> = new Set(["sh", "bash", "dash", "ash", "zsh", "ksh"]);

/** They run what follows them, options and their own arguments left out; the number is of the latter. */
export const wrappers: ReadonlyMap<string, number> = new Map([
  ..."exec command builtin nohup time sudo doas nice ionice stdbuf setsid chronic timeout dumb-init tini catatonit xargs parallel npx bunx pnpx cross-env cross-env-shell watch strace ltrace unbuffer busybox env"
    .split(" ")
    .map((name) => [name, 0] as const),
  ...["gosu", "su-exec", "flock", "chroot", "chpst"].map((name) => [name, 1] as const),
]);

/** Options of wrappers that have a value as a word of its own. */
export const valued = /^-(?:[uUnIskgCLPEad]|-(?:user|group|unset|chdir|signal|kill-after|max-args|package))$/;

/** Commands that print secrets which their program keeps or can decrypt. */
export const stores: readonly RegExp[] = [
  /^(?:vercel|netlify|heroku|railway|flyctl|fly|supabase|render) (?:env (?:pull|ls|list|get|export)|env:(?:get|list|clone)|config(?::get)?(?: |$)|variables(?: |$)|vars |pull(?: |$))/,
  /^doppler (?:secrets(?! set)|configs tokens)/,
  /^infisical (?:export|secrets(?! set))/,
  /^op (?:inject|read|item get)\b|^bws? (?:get|secret (?:get|list))\b|^pass show\b|^chamber (?:export|read|env)\b/,
  /^(?:sops (?:(?:\S+ )*-d|(?:\S+ )*--decrypt|decrypt)\b|ansible-vault (?:view|decrypt)\b|age (?:\S+ )*-d\b|gpg (?:\S+ )*(?:-d|--decrypt)\b)/,
  /^vault (?:kv get|read)\b/,
  /^aws (?:\S+ )*(?:ssm get-parameters?(?:-by-path)?|secretsmanager (?:batch-)?get-secret-value)\b/,
  /^gcloud (?:\S+ )*secrets versions access\b|^az (?:\S+ )*keyvault secret show\b/,
  /^kubectl (?:\S+ )*get (?:\S+ )*secrets?\b/,
  /^docker(?: container)? inspect\b/,
  /^pulumi (?:\S+ )*(?:--show-secrets)\b|^gh auth token\b/,
  /\b(?:rails|rake) (?:credentials:show|secrets:show)\b|\bmanage\.py diffsettings\b|\bartisan config:show\b/,
  /^(?:npx |bunx )?dotenvx? (?:get|decrypt|print)\b/,
];

/** Programs that take code as an argument, with the options before it. */
export const interpreters: readonly (readonly [name: RegExp, option: RegExp])[] = [
  [/^(?:node|nodejs|tsx|ts-node|bun)$/, /^(?:-\w*[ep]|--eval|--print)(?:=|$)/],
  [/^deno$/, /^eval$/],
  [/^python[\d.]*$/, /^-\w*c/],
  [/^ruby$/, /^-\w*e/],
  [/^perl$/, /^-\w*[eE]/],
  [/^php[\d.]*$/, /^-(?:\w*[rRBEi]$)/],
  [/^(?:lua|Rscript|elixir|erl|groovy)$/, /^-{1,2}(?:e|eval)$/],
];

/** Files that hold variables, those with examples left out, and what the kernel shows of a program's own. */
export const isVariablesFile = (word: string): boolean =>
  /(?:^|[/=@:])(?:proc\/\S+\/environ|etc\/secrets(?:\/\S*)?)$|(?:^|[/=@:])\.env(?:[.*]|$)/.test(word) &&
  !/\.(?:example|sample|template|tmpl|tpl|dist|defaults?|schema|d\.ts)$/.test(word);

/**
 * Whether the file of the checkout with what production has becomes the one that its program reads, in the same folder:
 * a program such as Next.js reads both by itself, and the variables of the host win over either.
 */
export function choosesProduction(from: string, to: string): boolean {
  const [, folder] = ofProduction.exec(from) ?? [];
  return folder !== undefined && !served.test(folder) && readByPrograms.exec(to)?.[1] === folder;
}

const ofProduction = /^(?:\.\/)?((?:[\w-]+\/)*)\.env\.prod(?:uction)?$/;
const readByPrograms = /^(?:\.\/)?((?:[\w-]+\/)*)\.env(?:\.local|\.production(?:\.local)?)?$/;

/** Where tools look for what signs them in, and what is not of the program. */
export const isCredentialsFile = (path: string): boolean =>
  outside.test(path) || (credentials.test(path) && !served.test(path));

const outside = /^(?:\/tmp\/|\/run\/|\/dev\/shm\/|~\/|\$HOME\/|\$\{HOME\}\/|\$TMPDIR\/)/;

const credentials =
  /(?:^|\/)(?:\.npmrc|\.yarnrc(?:\.yml)?|\.netrc|_netrc|\.pgpass|\.pypirc|pip\.conf|auth\.json|\.git-credentials|\.gemrc|\.cargo\/credentials(?:\.toml)?|\.docker\/config\.json|\.ssh\/\S+|\.aws\/credentials|\.bundle\/config|[\w-]*(?:credentials?|service[_-]?account)[\w-]*\.json)$/i;

/** Folders whose files a build puts on the web. */
const served = /(?:^|\/)(?:public|static|assets|dist|out|www|html|htdocs)\//i;
