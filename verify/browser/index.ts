export { startBrowser } from "./start.ts";
export { travelledInBrowser } from "./travel.ts";
