import { judgeEach, policy } from "./framework/index.ts";
import { render } from "./model/tokens.ts";

export const renderHealthCheck = policy({
  name: "render-health-check",
  items: ["7R.4"],
  title: "Every Render web service has a health check path.",
  severity: "high",
  fix: "Set healthCheckPath of the web service to a path that answers 200 when it can serve, such as /api/health.",
  url: "https://render.com/docs/health-checks",
  check: (stack) =>
    judgeEach(
      stack.ofType(render.webService),
      "No Render web service is declared, so none has a health check path.",
      (service) => service.at("healthCheckPath").string()?.startsWith("/") || "It has no health check path.",
    ),
});
