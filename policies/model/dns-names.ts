const addressTypes: ReadonlySet<string | undefined> = new Set(["A", "AAAA", "ALIAS", "CNAME", "HTTPS"]);

/** Whether a record of that type says where a host is. */
export const isAddress = (type: string | undefined): boolean => addressTypes.has(type?.toUpperCase());

/** A record's name may be full, relative to its zone, or @ or nothing for the zone itself. */
export function fullName(name: string | undefined, zone: string | undefined): string | undefined {
  const short = name?.toLowerCase().replace(/\.$/, "");
  if (short === undefined || zone === undefined) {
    return short;
  }
  const apex = zone.toLowerCase();
  if (short === "" || short === "@") {
    return apex;
  }
  return short === apex || short.endsWith(`.${apex}`) ? short : `${short}.${apex}`;
}
