import type { Settings } from "../../config/settings.ts";
import { sha256 } from "../../evidence/digest.ts";
import { markdownTable } from "../../lib/table.ts";

/** docs/openapi.json: what the platform itself asks of the API, whose hosts, monitors and probes rely on it. */
export function openApi(settings: Settings): string {
  const { api, domains, observability, project, release, contacts } = settings;
  const document = {
    openapi: "3.1.0",
    info: {
      title: `${project.name} API: the contract with the platform`,
      version: release,
      description:
        "Only the routes that hosts, monitors and probes rely on. The application describes its own routes.",
      contact: { email: contacts.technicalLead },
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: `https://${domains.api}` }],
    paths: {
      [api.healthCheckPath]: { get: health },
      [observability.metricsPath]: { get: metrics },
      [api.loginPath]: { post: login },
    },
    components: { securitySchemes: { metricsToken: { type: "http", scheme: "bearer" } } },
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** docs/api.md: item S7.2. */
export function apiPage(settings: Settings): string {
  const { api, domains, edge, observability, objectives } = settings;
  const limit = ({ requests, periodSeconds }: { requests: number; periodSeconds: number }) =>
    `${requests} requests in ${periodSeconds} s`;
  return `# The API

<!-- Generated: npm run docs -->

The platform relies on three routes of <https://${domains.api}>. [openapi.json](openapi.json) describes them; its SHA-256 is

\`\`\`text
${sha256(openApi(settings))}
\`\`\`

${markdownTable(
  ["route", "who asks", "what it must answer", "limit"],
  [
    [
      `\`GET ${api.healthCheckPath}\``,
      "Render before it sends traffic, the synthetic monitors, `optropic verify`",
      `200 with \`status: ok\` within ${objectives.p95Ms} ms, never cached; an error when the database does not answer`,
      limit(edge.rateLimits.api),
    ],
    [
      `\`GET ${observability.metricsPath}\``,
      "Grafana's scraper, with the token `METRICS_TOKEN`",
      "the series of [metrics.md](metrics.md), and 401 without the token",
      limit(edge.rateLimits.api),
    ],
    [
      `\`POST ${api.loginPath}\``,
      "people, and `optropic verify` with the account of `VERIFY_USER`",
      "a session cookie that is Secure, HttpOnly and SameSite; 401 alike for a wrong password and an unknown account",
      limit(edge.rateLimits.login),
    ],
  ],
)}

Every other route belongs to the application. Each answer has the security headers of the setting \`edge\`, errors name no file and no stack, and a foreign origin gets no CORS header.
`;
}

const jsonError = {
  "application/json": {
    schema: { type: "object", required: ["error"], properties: { error: { type: "string" } } },
  },
};

const health = {
  operationId: "health",
  summary: "Whether the API can serve, its database included",
  security: [],
  responses: {
    "200": {
      description: "It can",
      content: {
        "application/json": {
          schema: {
            type: "object",
            required: ["status"],
            properties: {
              status: { const: "ok" },
              version: { type: "string" },
              checks: { type: "object", additionalProperties: { type: "string" } },
            },
          },
        },
      },
    },
    "503": { description: "It cannot", content: jsonError },
  },
};

const metrics = {
  operationId: "metrics",
  summary: "The series that docs/metrics.md lists",
  security: [{ metricsToken: [] }],
  responses: {
    "200": {
      description: "In the text format of Prometheus",
      content: { "text/plain": { schema: { type: "string" } } },
    },
    "401": { description: "Without the token", content: jsonError },
  },
};

const login = {
  operationId: "login",
  summary: "Begins a session",
  security: [],
  requestBody: {
    required: true,
    content: {
      "application/json": {
        schema: {
          type: "object",
          required: ["email", "password"],
          properties: {
            email: { type: "string", format: "email" },
            password: { type: "string", format: "password" },
          },
        },
      },
    },
  },
  responses: {
    "200": { description: "A session cookie is set" },
    "401": {
      description: "The account or the password is wrong; which of the two is not said",
      content: jsonError,
    },
    "403": { description: "The request came from a foreign origin", content: jsonError },
    "429": { description: "Too many attempts", content: jsonError },
  },
};
