import { fault, type Stack } from "../../framework/index.ts";
import type { Scrape } from "../../model/adapter.ts";
import { isGiven, isOn } from "../../model/given.ts";
import { grafana } from "../../model/tokens.ts";
import { isElsewhere } from "./instances.ts";

/** Jobs that read metrics endpoints. */
export const scrapes = (stack: Stack): Scrape[] =>
  stack.ofType(grafana.scrapeJob).map((job) => ({
    resource: job,
    isOn: () => isOn(job.at("enabled")) && !isElsewhere(stack, job),
    url: () => job.at("url").string(),
    token: job.at("authenticationBearerToken"),
    showsToken: () => job.at("authenticationMethod").string() === "bearer",
    hasMethod: () => methods.has(job.at("authenticationMethod").string() ?? ""),
    authenticates: () => {
      const method = job.at("authenticationMethod");
      const credentials = methods.get(method.string() ?? "");
      if (credentials === undefined) {
        return fault(method, `${job.name} does not authenticate.`);
      }
      const missing = credentials.find((property) => !isGiven(job.at(property)));
      return missing === undefined || fault(job.at(missing), `${job.name} authenticates without ${missing}.`);
    },
  }));

/** What each method needs. */
const methods: ReadonlyMap<
  string,
  readonly ("authenticationBearerToken" | "authenticationBasicUsername" | "authenticationBasicPassword")[]
> = new Map([
  ["bearer", ["authenticationBearerToken"]],
  ["basic", ["authenticationBasicUsername", "authenticationBasicPassword"]],
]);
