import { brotliCompressSync, constants } from "node:zlib";
import type { Settings } from "../../../config/settings.ts";
import type { App } from "./app.ts";
import { hostOf, type ServiceOptions } from "./options.ts";

const script = "document.documentElement.dataset.ready = 'yes';\n".repeat(40);
const packed = brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
const assetPath = "/_next/static/app-5f2c91d0.js";

const loginPath = "/_next/static/login-7b1e44c2.js";

const countPath = "/_next/static/count-3c9d51e0.js";

/** Counts a visit at another host, as analytics do. */
const countScript = `navigator.sendBeacon("https://counts.elsewhere.example/visit", "1");
`;

/** Logs in as a page of the platform does, and says what came of it. */
function loginScript({ domains, api }: Settings): string {
  return `document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [email, password] = [...document.querySelectorAll("input")].map(({ value }) => value);
  const answer = await fetch("https://${domains.api}${api.loginPath}", {
    method: "POST",
    credentials: "include",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  document.querySelector("output").textContent = answer.ok ? "Welcome back" : "Try again";
});
document.querySelector("button.delete").addEventListener("click", () =>
  fetch("https://${domains.api}/api/account", { method: "POST" }),
);
`;
}

/** What is wrong with the login page, all of it at once: each is told apart by what the browser says. */
const spoiledLogin = `<a href="/en"></a><img src="data:,"><script>document.title = "x"</script>
<script src="/_next/static/missing.js"></script><script src="https://elsewhere.example/x.js"></script>`;

/** What the web host shows to everybody. */
export function addPages(app: App, { settings, has }: ServiceOptions): void {
  const isApi = (request: { readonly host: string }): boolean => hostOf(request) === settings.domains.api;
  for (const path of ["/", "/en"]) {
    app.get(path, async (request, reply) => {
      if (isApi(request)) return reply.code(404).send({ error: "not found" });
      if (has("home-elsewhere") && path === "/") return reply.redirect("/en", 307);
      if (has("page-unavailable")) return reply.code(404).send({ error: "not found" });
      reply.header("cache-control", "no-cache");
      const page = pageOf(settings, has("asset-with-query"));
      const others = '<script src="//cdn.evil.example/x.js"></script>';
      return reply.type("text/html; charset=utf-8").send(has("script-of-others") ? page + others : page);
    });
  }
  for (const path of ["/.well-known/security.txt", "/security.txt"]) {
    app.get(path, async (request, reply) => {
      if (has("security-txt-elsewhere") && request.url.startsWith("/.well-known"))
        return reply.redirect("/security.txt", 301);
      if (isApi(request) || has("security-txt-missing")) return reply.code(404).send({ error: "not found" });
      const contact = has("security-txt-of-another")
        ? "nobody@elsewhere.example"
        : settings.contacts.security;
      const days = has("security-txt-expired") ? -1 : 90;
      const moment = new Date(Date.now() + days * 86_400_000);
      const expires = has("security-txt-of-a-year")
        ? String(moment.getUTCFullYear() + 1)
        : moment.toISOString();
      const mark = has("security-txt-with-mark") ? "\ufeff" : "";
      return reply
        .type("text/plain; charset=utf-8")
        .send(`${mark}Contact: mailto:${contact}\nExpires: ${expires}\nPreferred-Languages: en\n`);
    });
  }
  for (const path of ["/login", "/login/new"]) {
    app.get(path, async (_, reply) => {
      const isSpoiled = path !== "/login" && has("login-page-spoiled");
      const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Log in</title><script defer src="${loginPath}"></script></head>
<body><h1>Log in</h1><form><label>Email <input name="email" type="email"></label>
<label>Password <input name="password" type="password"></label><button>Log in</button></form><output></output>
<button class="delete">Delete my account</button>${isSpoiled ? spoiledLogin : ""}</body></html>
`;
      return reply.type("text/html; charset=utf-8").header("cache-control", "no-cache").send(page);
    });
  }
  app.get("/counted", async (_, reply) =>
    reply
      .type("text/html; charset=utf-8")
      .header("cache-control", "no-cache")
      .send(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Counted</title><script defer src="${countPath}"></script></head>
<body><h1>Counted</h1></body></html>
`),
  );
  app.get(countPath, async (_, reply) => reply.type("text/javascript; charset=utf-8").send(countScript));
  // An edge that asks whether a person opens the page shows one of its own, with faults of its own.
  app.get("/challenged", async (_, reply) =>
    reply
      .code(403)
      .header("cf-mitigated", "challenge")
      .type("text/html; charset=utf-8")
      .send(`<!doctype html><html lang="en"><title>One moment</title>${spoiledLogin}</html>`),
  );
  app.get(loginPath, async (_, reply) =>
    reply.type("text/javascript; charset=utf-8").send(loginScript(settings)),
  );
  app.get(assetPath, async (request, reply) => {
    if (isApi(request)) return reply.code(404).send({ error: "not found" });
    const kept = has("asset-not-kept") ? "public, max-age=300" : "public, max-age=31536000, immutable";
    reply.header("cache-control", kept).header("vary", "accept-encoding");
    reply.type("text/javascript; charset=utf-8");
    if (has("asset-not-compressed") || !/\bbr\b/.test(request.headers["accept-encoding"] ?? ""))
      return reply.send(script);
    return reply.header("content-encoding", "br").send(packed);
  });
}

function pageOf({ links }: Settings, withQuery: boolean): string {
  const source = withQuery ? `'${assetPath}?dpl=dpl_5f2c'` : `"${assetPath}"`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Optropic</title><script src=${source}></script></head>
<body><h1>Optropic</h1><a href="${links.statusPage}">Status</a></body></html>
`;
}
