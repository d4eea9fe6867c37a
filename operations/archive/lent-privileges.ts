import * as z from "zod";
import type { Session } from "../../postgres/session.ts";
import type { Attempt } from "./attempt.ts";

/**
 * Lends, until a restore is done, what objects have before their privileges are set: everybody may call a function, and an
 * owner may do everything with a table, a sequence or a schema. pg_restore sets privileges last, since the server makes
 * indexes, keys and rows in the name of owners who may have lost them, or never had a right that only whoever
 * writes rows needs. Here they are set first, because functions that rows and indexes call may need those that were
 * granted: so there are both.
 */
export class LentPrivileges {
  readonly #session: Session;
  readonly #attempt: Attempt;
  readonly #lent = new Map<string, string>();

  constructor(session: Session, attempt: Attempt) {
    this.#session = session;
    this.#attempt = attempt;
  }

  /** Lends what is missing by now. */
  async lend(): Promise<void> {
    for (const { grant, revoke } of lentRows.parse(await this.#session.rows(lackingQuery))) {
      if ((await this.#attempt([grant])) === undefined) this.#lent.set(grant, revoke);
    }
  }

  /** Takes back what was lent. */
  async takeBack(): Promise<void> {
    for (const revoke of this.#lent.values()) await this.#attempt([revoke]);
    this.#lent.clear();
  }

  /** Takes back what was lent for some work, and lends it again for what of it failed. */
  async without(work: () => Promise<Map<string, string>>): Promise<Map<string, string>> {
    await this.takeBack();
    const failed = await work();
    if (failed.size === 0) return failed;
    await this.lend();
    const left = this.#lent.size === 0 ? failed : await work();
    await this.takeBack();
    return left;
  }
}

const lentRows = z.array(z.object({ grant: z.string(), revoke: z.string() }));

/** Objects with an owner's privileges: their catalog, what tells the kind, and columns. */
const owned = [
  ["pg_class", "table", "r", "rel", "o.relkind in ('r', 'p', 'v', 'm', 'f')", "o.oid::regclass"],
  ["pg_class", "sequence", "s", "rel", "o.relkind = 'S'", "o.oid::regclass"],
  ["pg_namespace", "schema", "n", "nsp", "o.nspname !~ '^pg_'", "o.oid::regnamespace"],
] as const;

/** What objects lack that they have before anything is granted or revoked, and that the session may grant. */
const lackingQuery = `
  select format('grant %s on %s %s to %s', privilege, kind, string_agg(object, ', '), grantee) as grant,
         format('revoke %s on %s %s from %s', privilege, kind, string_agg(object, ', '), grantee) as revoke
    from (
      select 'execute' as privilege, 'routine' as kind, o.oid::regprocedure::text as object, 'public' as grantee
        from pg_proc o
        left join pg_init_privs b on b.classoid = o.tableoid and b.objoid = o.oid and b.objsubid = 0
       where o.proacl is not null and pg_has_role(o.proowner, 'usage')
         and not exists (select from aclexplode(o.proacl) x where x.grantee = 0)
         -- Some of the server's and of extensions are not for everybody from the beginning.
         and exists (select from aclexplode(coalesce(b.initprivs, acldefault('f', o.proowner))) x where x.grantee = 0)
      ${owned
        .map(
          ([catalog, kind, letter, prefix, counts, name]) => `
      union all
      select x.privilege_type, '${kind}', ${name}::text, quote_ident(pg_get_userbyid(o.${prefix}owner))
        from ${catalog} o cross join lateral aclexplode(acldefault('${letter}', o.${prefix}owner)) x
       where ${counts} and o.${prefix}acl is not null and x.grantee = o.${prefix}owner and pg_has_role(o.${prefix}owner, 'usage')
         and not exists (select from aclexplode(o.${prefix}acl) y where y.grantee = x.grantee and y.privilege_type = x.privilege_type)`,
        )
        .join("")}
    ) lacking
   group by privilege, kind, grantee`;
