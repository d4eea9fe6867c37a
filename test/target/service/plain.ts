import { createServer as createPlainServer, type Server } from "node:http";
import type { ServiceOptions } from "./options.ts";

/** Port 80: nothing but a redirect. */
export function createPlain({ settings, has, revoked, revokedAt }: ServiceOptions): Server {
  return createPlainServer((request, response) => {
    if (`http://${request.headers.host}${request.url}` === revokedAt) {
      const list = revoked();
      response
        .writeHead(list === undefined ? 404 : 200, { "content-type": "application/pkix-crl" })
        .end(list);
      return;
    }
    if (has("hsts-over-http")) response.setHeader("strict-transport-security", "max-age=31536000");
    if (has("no-https-redirect")) {
      response.writeHead(200, { "content-type": "text/plain" }).end("hello");
      return;
    }
    const host = has("redirect-elsewhere") ? "elsewhere.example" : request.headers.host;
    const { web, redirect } = settings.domains;
    if (has("redirect-with-port")) {
      const location = `https://${String(request.headers.host).toUpperCase()}:443${request.url}`;
      response.writeHead(308, { location }).end();
      return;
    }
    if (has("redirect-at-once") && request.headers.host === redirect) {
      response.writeHead(301, { location: `https://${web}${request.url}` }).end();
      return;
    }
    const status = has("temporary-redirect") ? 302 : 301;
    response.writeHead(status, { location: `https://${host}${request.url}` }).end();
  });
}
