import { loadDeliverySettings } from "../config/load.ts";
import { deliver } from "./deliver.ts";

// Pulumi takes the properties of a default export as the outputs of the stack.
export default deliver(loadDeliverySettings());
