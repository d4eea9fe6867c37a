import { describe, expect, it } from "vitest";
import { directivesOf } from "../../verify/https.ts";
import { readAnswer } from "../../verify/network/client-hello.ts";
import { parseExposition } from "../../verify/network/exposition.ts";
import { namesHost } from "../../verify/tls.ts";

describe("the names of a certificate", () => {
  it.each<[string, string]>([
    ["DNS:app.example.com", "app.example.com"],
    ["DNS:APP.Example.COM", "app.example.com"],
    ["DNS:other.example, DNS:*.example.com", "app.example.com"],
    ['DNS:"a\\"b, DNS:x.example.com", DNS:app.example.com', "app.example.com"],
    ["IP Address:192.0.2.1, DNS:xn--bcher-kva.example", "xn--bcher-kva.example"],
  ])("%s are of %s", (names, host) => expect(namesHost(names, host)).toBe(true));

  it.each<[string | undefined, string]>([
    [undefined, "app.example.com"],
    ["", "app.example.com"],
    ["DNS:a*.example.com", "app.example.com"],
    ["DNS:*pp.example.com", "app.example.com"],
    ["DNS:*", "app.example.com"],
    ["DNS:*.com", "example.com"],
    ["DNS:*.example.com", "a.app.example.com"],
    ["DNS:*.example.com", "example.com"],
    ["DNS:*.*.com", "app.example.com"],
    ["URI:https://app.example.com", "app.example.com"],
    // Names in quotes hold characters that no host has, and what stands in them is no name of its own.
    ['DNS:"evil.example, DNS:app.example.com"', "app.example.com"],
    ['DNS:"app.example.com\\u0000.evil.example"', "app.example.com"],
    ["DNS:evil.example\\u0000app.example.com", "app.example.com"],
  ])("%s are not of %s", (names, host) => expect(namesHost(names, host)).toBe(false));
});

describe("the answer to an offer of TLS", () => {
  const record = (type: number, ...bytes: number[]) =>
    Buffer.from([type, 3, 1, bytes.length >> 8, bytes.length & 255, ...bytes]);
  const hello = [2, 0, 0, 38, 3, 1, ...Array<number>(32).fill(7), 0, 0xc0, 0x13, 0];
  const accepted = { kind: "accepted", version: 0x0301, suite: 0xc013 };

  it.each<[string, Buffer[], unknown]>([
    ["an alert is a refusal", [record(21, 2, 70)], { kind: "alert", code: 70 }],
    ["a hello is an acceptance", [record(22, ...hello)], accepted],
    ["a warning before it is none", [record(21, 1, 112), record(22, ...hello)], accepted],
    ["a warning alone is no answer yet", [record(21, 1, 112)], undefined],
    ["a fatal alert about the name is one", [record(21, 2, 112)], { kind: "alert", code: 112 }],
    ["that the connection is closed is none", [record(21, 1, 0)], undefined],
    [
      "a hello may come in parts",
      [record(22, ...hello.slice(0, 5)), record(22, ...hello.slice(5))],
      accepted,
    ],
    ["a part of one is no answer yet", [record(22, ...hello.slice(0, 20))], undefined],
    ["an empty record is none", [record(22)], { kind: "silent" }],
    ["another protocol is none", [Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")], undefined],
  ])("%s", (_, records, expected) => expect(readAnswer(Buffer.concat(records))).toEqual(expected));
});

describe("Strict-Transport-Security", () => {
  it.each([
    ["max-age=31536000; includeSubDomains", "31536000"],
    ['MAX-AGE="31536000" ;; IncludeSubDomains;', "31536000"],
    [" max-age = 31536000 ", "31536000"],
  ])("%s has a max-age", (header, age) => expect(directivesOf(header).get("max-age")).toBe(age));

  it.each([
    "max-age=31536000; max-age=0",
    "max-age=31536000; includeSubDomains; includesubdomains",
    "max-age=31536000; includeSubDomains=true",
  ])("%s is not valid", (header) => {
    expect(directivesOf(header).get("max-age")).not.toMatch(/^\d+$/);
    expect(directivesOf(header).has("includesubdomains")).toBe(false);
  });
});

describe("metrics", () => {
  it("are read as Prometheus and as OpenMetrics write them", () => {
    const text = [
      "# HELP x_total Things.\n#\tTYPE  x_total  counter",
      'x_total{a="1",b="say \\"hi\\", \\\\ and \\n}",} 3 1764331200000',
      "# TYPE y gauge",
      "y\t-Inf",
      "y{}NaN",
      "y 1e3 1764331200.5",
      'h_bucket{le="0.1"} 4 # {trace_id="4bf9} 2f35"} 0.043 1764331200.520',
      'z{c=""} +Inf',
    ].join("\n");
    const { types, samples } = parseExposition(text);
    expect([...types]).toEqual([
      ["x_total", "counter"],
      ["y", "gauge"],
    ]);
    expect(samples.map(({ value }) => value)).toEqual([3, -Infinity, Number.NaN, 1000, 4, Infinity]);
    expect([...(samples[0]?.labels ?? [])]).toEqual([
      ["a", "1"],
      ["b", 'say "hi", \\ and \n}'],
    ]);
    // A label without a value is no label.
    expect(samples.at(-1)?.labels.size).toBe(0);
  });

  it("of OpenMetrics name the family of a counter", () => {
    const { types } = parseExposition("# TYPE x counter\nx_total 1\n# TYPE g gauge\ng 1\n# EOF\n");
    expect([...types.keys()]).toEqual(["x_total", "g"]);
  });

  it.each(["x", "x 1 2 3", "x{a=1} 2", "x1 0x10 y", "<html>", '{"a":1}', "x =1", "x{} "])(
    "%s are not",
    (line) => expect(() => parseExposition(line)).toThrow(/line 1/i),
  );
});
