import { describe, expect, it } from "vitest";
import { leakIn } from "../../verify/errors/leaks.ts";

const leakOf = (body: string, headers: [string, string[]][] = []) =>
  leakIn({
    ...{ status: 500, body, headers: new Map(headers), durationMs: 1 },
    ...{ bytes: Buffer.from(body), sentBytes: body.length },
  });

describe("the answer to an error", () => {
  it.each<[string, string]>([
    ["Error: x\n    at Object.<anonymous> (/app/dist/server.js:10:5)", "a stack trace"],
    ["Error: x<br> &nbsp; &nbsp;at async handler (file:///srv/app/index.mjs:1:9)", "a stack trace"],
    ['{"stack":"TRPCError: x\\n    at C:\\\\app\\\\server.js:1:22"}', "a stack trace"],
    ["java.lang.IllegalStateException\n\tat com.shop.Api.get(Api.java:42)", "a stack trace"],
    ["System.Exception\n   at Shop.Api.Get(Int32 id) in C:\\src\\Api.cs:line 42", "a stack trace"],
    ["System.Exception\n   at Shop.Api.Get(Int32 id) in /src/Api.cs:line 42", "a stack trace"],
    ["<b>Warning</b>:  Undefined array key in <b>/www/index.php</b> on line <b>3</b><br />", "a stack trace"],
    ["<h2>Traceback <em>(most recent call last)</em></h2>", "a stack trace"],
    ['Traceback (most recent call last):\n  File "app.py", line 1', "a stack trace"],
    ["panic: x\n\ngoroutine 1 [running]:", "a stack trace"],
    ["<b>Fatal error</b>: Uncaught x in /www/index.php on line 3", "a stack trace"],
    ["thread 'main' panicked at src/main.rs:2:5", "a stack trace"],
    ["app/models/user.rb:12:in `find'", "a stack trace"],
    ["Cannot read properties of undefined (reading 'email')", "the error of a program"],
    ["TypeError: x is not a function", "the error of a program"],
    ["no such file: /var/lib/app/config", "a path of the server"],
    ["see /app/src/login.ts", "a path of the server"],
    ["C:\\inetpub\\site\\web.config", "a path of the server"],
    ['{"sql":"SELECT \\"id\\" FROM \\"User\\""}', "a statement of SQL"],
    ['syntax error at or near "from"', "a statement of SQL"],
    ['relation "public.user" does not exist', "the error of a database"],
    ['{"code":"P2002","meta":{}}', "the error of a database"],
    ['duplicate key value violates unique constraint "user_email_key"', "the error of a database"],
    ["Failed query: select id", "the error of a database"],
    ["ER_NO_SUCH_TABLE: Table 'shop.user' doesn't exist", "the error of a database"],
    ["Unclosed quotation mark after the character string ''.", "the error of a database"],
    ["ORA-00933: SQL command not properly ended", "the error of a database"],
    ["** (RuntimeError) x\n    (shop 0.1.0) lib/shop/api.ex:12: Shop.Api.get/2", "a path of the server"],
    ["connect ECONNREFUSED 10.0.3.7:5432", "an address inside the network"],
    ["getaddrinfo ENOTFOUND db.internal", "an address inside the network"],
    ["<center>nginx/1.25.3</center>", "the version of the software"],
  ])("%j has %s", (body, what) => expect(leakOf(body)).toBe(what));

  it("has it in a header too", () => {
    expect(leakOf("", [["x-error", ["/srv/app/server.js"]]])).toBe("a path of the server");
    expect(leakOf("", [["server", ["nginx/1.25.3"]]])).toBe("the version of the software");
  });

  it.each([
    '{"error":{"message":"No procedure found on path \\"noSuchProcedure\\"","code":-32004,"data":{"code":"NOT_FOUND","httpStatus":404,"path":"noSuchProcedure"}}}',
    "Not Found. Look at the list, or select one from the menu.",
    "We update our terms and set them out on this page.",
    "Route GET:/app/account not found",
    '<a href="/var/log/1:2:3">home</a> <script src="/_next/static/chunks/app/page-1.js"></script>',
    "See https://docs.optropic.example/app/src/errors.ts",
    "Meet at 10:30:00 at /rooms/3",
    "The request could not be read: Unexpected token in JSON at position 9",
    "Express delivery costs 5",
    "Warning: the form ends on the line below",
    "The order failed. Query: shoes",
  ])("%j has nothing", (body) => expect(leakOf(body)).toBeUndefined());
});
