import { describe, expect, it } from "vitest";
import { type AttestationRequest, attestationOf } from "../../evidence/attestation.ts";
import type { Authors } from "../../evidence/signer.ts";
import { findCredential } from "../../policies/model/secret-formats.ts";

const at = new Date("2026-11-28T12:00:00Z");

const request: AttestationRequest = {
  item: "S8.3",
  by: "lead@optropic.example",
  shows: "https://optropic.example/tickets/1",
  until: "2026-12-24",
  note: "Briefed on Friday",
  holds: true,
};

function attested(changes: Partial<AttestationRequest>, authors: Authors = [], now: Date = at) {
  return attestationOf(
    { ...request, ...changes },
    {
      ...{ at: now, maximumDays: 90, signable: new Set(["S8.3"]), authors },
      credentialIn: (text) => findCredential(text)?.kind,
    },
  );
}

describe("an attestation", () => {
  it("counts to the end of its last day", () => {
    expect(attested({})).toMatchObject({
      control: { kind: "attest", name: "attest-S8.3" },
      items: ["S8.3"],
      state: "holds",
      until: "2026-12-24T23:59:59.999Z",
      by: "lead@optropic.example",
    });
    expect(attested({ until: "2026-11-28" }).until).toBe("2026-11-28T23:59:59.999Z");
    for (const time of ["00:00:00.000", "23:59:59.999"]) {
      const now = new Date(`2026-11-28T${time}Z`);
      expect(attested({ until: "2026-11-28" }, [], now).state).toBe("holds");
      expect(attested({ until: "2027-02-26" }, [], now).state).toBe("holds");
      expect(() => attested({ until: "2026-11-27" }, [], now)).toThrow(/has passed/);
      expect(() => attested({ until: "2027-02-27" }, [], now)).toThrow(/more than 90 days/);
    }
  });

  it("may say that something does not hold", () => {
    expect(attested({ holds: false })).toMatchObject({ state: "does-not-hold" });
  });

  it.each<[string, Partial<AttestationRequest>, RegExp]>([
    ["an item that a machine decides", { item: "4.2" }, /not for a person to sign/],
    ["an unknown item", { item: "S99.1" }, /no item "S99\.1"/],
    ["nothing", { item: undefined, by: undefined }, /needs the item and --by/],
    ["a day that has passed", { until: "2026-11-27" }, /has passed/],
    ["a day that is too far away", { until: "2027-03-30" }, /more than 90 days/],
    ["a day that is none", { until: "2026-02-30" }, /not a day/],
    ["a name", { by: "the lead" }, /not an e-mail address/],
    ["an address that is not https", { shows: "http://optropic.example" }, /https URL/],
    [
      "an address with a password in it",
      { shows: "https://me:pw@optropic.example/1" },
      /no user and password/,
    ],
    ["a note that is too long", { note: "x".repeat(3001) }, /3001 characters, and the limit is 3000/],
    ["a script", { shows: "javascript:alert(1)" }, /https URL/],
  ])("refuses %s", (_, changes, message) => {
    expect(() => attested(changes)).toThrow(message);
  });

  it.each([
    "https://optropic.example/1?access_token=hunter2",
    "https://optropic.example/1#access_token=hunter2",
    "https://optropic.example/1#/page?sessionId=hunter2",
    "https://b.s3.amazonaws.com/k?X-Amz-Credential=hunter2&X-Amz-Date=20261128T120000Z",
    "https://b.s3.amazonaws.com/k?X-Amz-Signature=hunter2",
    "https://x.blob.core.windows.net/k?sv=2024-01-01&sig=hunter2",
    "https://optropic.example/1?apiKey=hunter2",
    "https://optropic.example/1?api_key=hunter2",
    "https://docs.optropic.example/d/1?resourcekey=hunter2",
    "https://optropic.example/1;token=hunter2",
    "https://optropic.example/login?next=https%3A%2F%2Fother.example%2F%3Ftoken%3Dhunter2",
    "https://optropic.example/login?next=https%3A%2F%2Fme%3Ahunter2%40other.example%2F",
    `https://hooks.slack.com/services/T0000/B0000/${"hunter2x".repeat(3)}`,
  ])("refuses a link that lets in whoever has it, and does not repeat it: %s", (shows) => {
    expect(() => attested({ shows })).toThrow(/^--shows (?!.*hunter2)/);
  });

  it.each([
    "https://optropic.example/1?issueKey=OPS-1&selectedIssue=OPS-1",
    "https://optropic.example/1?author=lead&keyword=tokens#passwords",
    "https://optropic.example/browse?passengers=2&assignee=1&signatures=3",
    "https://optropic.example/login;lang=en/tokens?next=https%3A%2F%2Foptropic.example%2F1%3Ftab%3D2",
  ])("takes a link that only names things: %s", (shows) => {
    expect(attested({ shows }).url).toBe(shows);
  });

  it.each([
    "see https://me:hunter2@optropic.example/",
    "see https://optropic.example/?token=hunter2.",
    "postgresql://me:hunter2@db.optropic.example/postgres",
    `the token is ghp_${"hunter2x".repeat(5)}`,
    "password: hunter2!",
    "PASSWORD=hunter2",
    "The password is hunter2",
    "Read with 9hunter2ZkQ0vV8rTq1LmXa",
    "Looked at it as admin / hunter2",
    "root:hunter2",
    "Log in with lead / hunter2 and see",
    "password hunter2",
    "pw hunter2",
    "Das Passwort ist hunter2",
    "mot de passe : hunter2",
  ])("refuses a note with a secret, and does not repeat it: %s", (note) => {
    expect(() => attested({ note })).toThrow(/^--note has (?!.*hunter2)/);
  });

  it.each([
    "Briefed on Friday; the password is rotated and the token was replaced",
    "The secret: kept in the vault. Pass: 12 of 12",
    "Release 3.0.0 at c0ffee0000000000000000000000000000000000, see https://optropic.example/tickets/1?tab=2",
    "Token: see https://optropic.example/tickets/1",
    "Reviewed the admin/editor roles, see admin: https://optropic.example",
    "Signed in as lead@optropic.example, logged in with SSO: works; the demo: went well at 10:30",
    "Password rotated 2026-11-28; secrets 2.9 and 2.10 checked; tokens expire after 30 days",
  ])("takes a note without one: %s", (note) => {
    expect(attested({ note }).summary).toContain(note);
  });

  it.each(["Lead@Optropic.Example", "lead+ci@optropic.example"])(
    "refuses who wrote the release, as %s, where four eyes are asked for",
    (author) => {
      expect(() => attested({}, ["other@optropic.example", author])).toThrow(/let another person sign/);
    },
  );

  it("takes anyone else's, and nobody's where Git cannot tell who wrote it", () => {
    expect(attested({}, ["other@optropic.example", "+lead@optropic.example"]).state).toBe("holds");
    expect(() => attested({}, "unknown")).toThrow(/Git cannot tell/);
  });

  it("knows one mailbox of Gmail in each of its spellings, and dots elsewhere as another's", () => {
    for (const author of ["le.ad@gmail.com", "L.E.A.D+work@GoogleMail.com", "lead@googlemail.com"]) {
      expect(() => attested({ by: "lead@gmail.com" }, [author]), author).toThrow(/let another person sign/);
      expect(() => attested({ by: author.toLowerCase() }, ["lead@gmail.com"]), author).toThrow(
        /another person/,
      );
    }
    expect(attested({}, ["le.ad@optropic.example"]).state).toBe("holds");
  });
});
