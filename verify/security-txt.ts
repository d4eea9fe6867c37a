import { only } from "./network/headers.ts";
import { pageAt } from "./pages.ts";
import { compare, probe } from "./probe.ts";

/** Where the file stands (RFC 9116, section 3). */
const path = "/.well-known/security.txt";

/** Longest time for which such a file should be valid, in days (RFC 9116, section 2.5.5). */
const mostDays = 366;

const day = 86_400_000;

/** A moment as RFC 3339 writes it, which is what the field must hold; `Date.parse` takes a year alone. */
const dateTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

export const securityContactServed = probe({
  name: "security-contact-served",
  items: ["C.4"],
  title: "The web host must serve a security.txt that names the declared contact and has not expired.",
  needs: ["web"],
  settings: ["contacts.security"],
  measure: async (context) => {
    const host = context.settings.domains.web;
    const answer = await pageAt(context, host, path);
    const type = only(answer, "content-type") ?? "none";
    const isServed = answer.status === 200 && /^text\/plain\b/i.test(type);
    const served = compare(`${path} of ${host}`, {
      expected: "200, text/plain",
      measured: `${answer.status}, ${type}`,
      holds: isServed,
      setting: "contacts.security",
    });
    if (!isServed) return [served];
    const fields = fieldsOf(answer.body.replace(/^\ufeff/, ""));
    const contact = `mailto:${context.settings.contacts.security}`;
    const contacts = fields.get("contact") ?? [];
    const expires = fields.get("expires") ?? [];
    const canonical = fields.get("canonical") ?? [];
    const [moment = ""] = expires;
    const days = dateTime.test(moment) ? Math.floor((Date.parse(moment) - Date.now()) / day) : Number.NaN;
    return [
      served,
      compare(`Contact of ${host}`, {
        expected: contact,
        measured: contacts.join(", ") || "missing",
        holds: contacts.some((each) => each.toLowerCase() === contact.toLowerCase()),
        setting: "contacts.security",
      }),
      compare(`Expires of ${host}`, {
        expected: `one, within ${mostDays} days`,
        measured: expires.join(", ") || "missing",
        holds: expires.length === 1 && days >= 0 && days <= mostDays,
      }),
      // Where it names its own addresses, one at another address should not be trusted (section 2.5.2).
      ...(canonical.length === 0
        ? []
        : [
            compare(`Canonical of ${host}`, {
              expected: `https://${host}${path}`,
              measured: canonical.join(", "),
              holds: canonical.some((each) => URL.parse(each)?.href === `https://${host}${path}`),
            }),
          ]),
    ];
  },
});

/** Values of each field by its name in lowercase; a signature around them is left out (RFC 9116, section 2.2). */
function fieldsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    const [, name = "", value = ""] = /^([A-Za-z-]{1,40}):[ \t]*(\S.*?)\s*$/.exec(line) ?? [];
    if (name === "") continue;
    const key = name.toLowerCase();
    found.set(key, [...(found.get(key) ?? []), value]);
  }
  return found;
}
