import { loadDeliverySettings } from "../config/load.ts";
import { deliver } from "./deliver.ts";

// Each named export is an output of the stack, also of a program that re-exports all of this one.
export const { repositoryUrl, codeOwners, productionStackUrl } = deliver(loadDeliverySettings());
