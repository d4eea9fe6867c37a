import type { HttpAnswer } from "../network/http.ts";

/** Characters of an answer that are searched: an error is short, and a hostile answer is not. */
export const mostSearched = 256 * 1024;

/** What only somebody who debugs should see, and what it is called. */
const leaks: readonly (readonly [what: string, pattern: RegExp])[] = [
  [
    "a stack trace",
    // Of Node.js, also as HTML; of Java and .NET; of Python, Go and PHP.
    /(?:\s|&nbsp;)at (?:async )?(?:[\w.<>[\] ]{1,200} \()?(?:file:\/\/|node:|webpack-internal:|\/|[A-Z]:\\)[^\s):]{1,500}:\d{1,7}:\d{1,7}|\sat [\w.$<>]{1,200}\((?:\w{1,100}\.(?:java|kt|scala):\d{1,7}|Native Method)\)|\sat [\w.<>`]{1,200}\([^()]{0,300}\) in .{1,300}:line \d|Traceback (?:<\w{1,20}>)?\(most recent call last\)|\bgoroutine \d{1,9} \[|\b(?:Fatal error|Warning|Parse error)(?:<\/b>)?: .{1,300} on line (?:<b>)?\d|\bpanicked at\b|\.rb:\d{1,7}:in /,
  ],
  [
    "the error of a program",
    /\bCannot read propert(?:y|ies) of (?:undefined|null)\b|\b(?:undefined|null) is not an object\b|\b(?:ReferenceError|TypeError|RangeError): |\bNullPointerException\b|\bNoneType' object\b/,
  ],
  [
    "a path of the server",
    // Routes may begin like folders do, so that those need a file's ending.
    /\/(?:opt|srv|usr|var|root)\/[\w.-]{1,200}\/[\w./-]|\/(?:app|home|workspace|render|vercel)\/[\w./-]{1,500}\.(?:[cm]?[jt]sx?|py|rb|php|go|java|json|env|ya?ml|sql|prisma)\b|\b[A-Z]:\\{1,2}[\w.-]{1,200}\\|\b(?:src|lib|app|dist)\/[\w./-]{1,200}\.(?:[cm]?[jt]sx?|py|rb|php|go|rs|cs|exs?):\d|node_modules/,
  ],
  [
    "a statement of SQL",
    // In lowercase, only what no sentence has: "select one from the list" is none.
    /\b(?:SELECT\b.{1,500}\bFROM|INSERT INTO|UPDATE\b.{1,500}\bSET|DELETE FROM)\b|\b(?:select \*|select "|insert into "|update "|delete from ")|\bsyntax error at or near\b/,
  ],
  [
    "the error of a database",
    /Prisma\w*Error|PrismaClient|Invalid .{0,4}prisma\.\w{1,100}\.\w{1,100}\(|Mongo\w{0,40}Error|\bE11000 duplicate key|"P[12]\d{3}"|Sequelize\w{1,40}Error|QueryFailedError|pg_catalog|\b(?:relation|column|function) \\?"[\w.]{1,200}\\?" (?:of relation|does not exist)|violates (?:unique|foreign key|not-null|check) constraint|unterminated quoted string|invalid input syntax for type|You have an error in your SQL syntax|\bSQLSTATE\b|\bORA-\d{5}\b|\bSQLITE_[A-Z]{3,}|\bER_[A-Z]{2,20}_[A-Z_]{2,40}\b|\bUnclosed quotation mark after\b|\bIncorrect syntax near '|\bFailed query: |"routine":"\w/,
  ],
  [
    "an address inside the network",
    /\b(?:ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)\b.{0,40}(?:\d{1,3}\.\d{1,3}\.\d|[\w-]{1,60}\.(?:internal|local|supabase|render)\b|[\w-]{1,60}:\d{2,5}\b)/,
  ],
  ["the version of the software", /\b(?:node|express|fastify|nginx|next\.js|prisma)[/ ]v?\d+\.\d+/i],
];

/** What an answer tells that only somebody who debugs should see; undefined where it is nothing. */
export function leakIn({ body, headers }: HttpAnswer): string | undefined {
  const text = `${[...headers].map(([name, values]) => `${name}: ${values.join(", ")}`).join("\n")}\n${body}`
    .slice(0, mostSearched)
    // Addresses that everybody may ask are no paths of the server, and neither are the names of built files.
    .replaceAll(
      /\bhttps?:\/\/[^\s"'<>]{1,2000}|\b(?:href|src|action)=(?:"[^"]{0,2000}"|'[^']{0,2000}')/gi,
      " ",
    )
    .replaceAll(/(?:\/_next\/)?static\/(?:chunks|css|media)\/[\w./()[\]%@-]{1,500}/g, " ");
  return leaks.find(([, pattern]) => pattern.test(text))?.[0];
}
