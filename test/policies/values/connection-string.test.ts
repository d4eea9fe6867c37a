import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isPooled,
  parseConnection,
  plaintextFault,
  sslModeFault,
} from "../../../policies/values/connection-string.ts";

const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,10}$/);
const host = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}(\.[a-z]{2,8}){1,2}$/);
const port = fc.integer({ min: 1, max: 65_535 });
const password = fc.string({ minLength: 1, maxLength: 20 }).map(encodeURIComponent);

function faultOf(text: string): string | undefined {
  const connection = parseConnection(text);
  return connection === undefined ? "not read" : plaintextFault(connection);
}

function pooled(text: string): boolean {
  const connection = parseConnection(text);
  return connection !== undefined && isPooled(connection);
}

describe("parseConnection", () => {
  test("reads what was written, and keeps no password", () => {
    fc.assert(
      fc.property(word, password, host, port, word, (user, secret, name, number, database) => {
        const uri = `postgresql://${user}:${secret}@${name}:${number}/${database}?sslmode=require`;
        const connection = parseConnection(uri);
        expect(connection).toMatchObject({ user, host: name, port: number, sslModes: ["require"] });
        expect(Object.keys(connection ?? {})).toEqual(["host", "port", "user", "sslModes", "parameters"]);
      }),
    );
  });

  test("reads keyword strings, quoted and not", () => {
    expect(parseConnection("host=db.example port=6543 user='app user' sslmode = verify-full")).toMatchObject({
      host: "db.example",
      port: 6543,
      user: "app user",
      sslModes: ["verify-full"],
    });
    expect(parseConnection("host=db.example password='it\\'s sslmode=disable'")?.sslModes).toEqual([]);
  });

  test("takes 5432 where no port is written", () => {
    expect(parseConnection("postgres://db.example/app")?.port).toBe(5432);
  });

  test("reads the first of several hosts, an IPv6 address, and a host among the parameters", () => {
    expect(parseConnection("postgresql://a.example:1,b.example:2/app")).toMatchObject({
      host: "a.example",
      port: 1,
    });
    expect(parseConnection("postgresql://app@[2001:db8::1]:6543/app")).toMatchObject({
      host: "[2001:db8::1]",
      port: 6543,
    });
    expect(parseConnection("postgresql:///app?host=DB.example&port=6543")).toMatchObject({
      host: "db.example",
      port: 6543,
    });
  });

  test.each(["", "optropic.example", "https://optropic.example", "mysql://root@db.example/app"])(
    "leaves %j alone",
    (text) => {
      expect(parseConnection(text)).toBeUndefined();
    },
  );

  test("takes any text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (text) => {
        parseConnection(text);
        parseConnection(`postgresql://${text}`);
        parseConnection(`host=${text}`);
      }),
    );
  });
});

describe("plaintextFault", () => {
  test.each(["require", "verify-ca", "verify-full"])("accepts %s in any connection string", (mode) => {
    fc.assert(
      fc.property(word, host, port, (user, name, number) => {
        expect(faultOf(`postgresql://${user}@${name}:${number}/app?sslmode=${mode}`)).toBeUndefined();
        expect(faultOf(`postgresql://${user}@${name}/app?pgbouncer=true&sslmode=${mode}`)).toBeUndefined();
        expect(faultOf(`host=${name} port=${number} sslmode=${mode}`)).toBeUndefined();
      }),
    );
  });

  test.each(["disable", "allow", "prefer", "no-verify"])("refuses %s, and says so", (mode) => {
    expect(faultOf(`postgresql://db.example/app?sslmode=${mode}`)).toBe(`sslmode=${mode}`);
    expect(sslModeFault(mode.toUpperCase())).toBe(`sslmode=${mode}`);
  });

  test("refuses a string without sslmode", () => {
    expect(faultOf("postgresql://db.example:6543/app?pgbouncer=true")).toBe("no sslmode");
    expect(faultOf("postgresql://db.example/app?ssl=true")).toBe("no sslmode");
  });

  test("refuses one weak mode among several, since clients differ in which counts", () => {
    expect(faultOf("postgresql://db.example/app?sslmode=require&sslmode=disable")).toBe("sslmode=disable");
    expect(faultOf("postgresql://db.example/app?sslmode=disable&sslmode=require")).toBe("sslmode=disable");
  });

  test("refuses any other word without repeating it", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z0-9-]{6,20}$/), (mode) => {
        fc.pre(!/^(disable|prefer|require|no-verify|verify-ca|verify-full)$/i.test(mode));
        expect(sslModeFault(mode)).toBe("an sslmode that PostgreSQL does not know");
      }),
    );
  });

  test("does not take what stands in a password for a parameter", () => {
    expect(faultOf("postgresql://app:sslmode=require@db.example/app")).toBe("no sslmode");
    expect(faultOf("postgresql://app:p%3Fsslmode=require@db.example/app")).toBe("no sslmode");
  });
});

describe("isPooled", () => {
  test.each([
    "postgresql://app.abc:x@aws-0-eu-central-1.pooler.supabase.com:6543/postgres?pgbouncer=true",
    "postgresql://app.abc:x@aws-1-eu-central-1.pooler.supabase.com:5432/postgres",
    "postgresql://app:x@db.abc.supabase.co:6543/postgres",
    "postgresql://app:x@pgbouncer.internal:6432/app",
    "postgresql://app:x@dpg-abc-a/app?pgbouncer=true",
  ])("takes %s for pooled", (text) => {
    expect(pooled(text)).toBe(true);
  });

  test.each([
    "postgresql://app:x@db.abc.supabase.co:5432/postgres",
    "postgresql://app:x@db.abc.supabase.co/postgres?pgbouncer=true",
    "postgresql://app:x@pooler.supabase.com.example/postgres",
    "postgresql://app:x@dpg-abc-a/app",
  ])("takes %s for direct", (text) => {
    expect(pooled(text)).toBe(false);
  });
});
