export { getPooler, getPoolerOutput } from "./get-pooler.ts";
export { Project } from "./project.ts";
export { Provider } from "./provider.ts";
export { Settings } from "./settings.ts";
