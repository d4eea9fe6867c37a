import { recordDelivery, recordPlatform } from "./stacks.ts";

// Prints the stacks of this repository, recorded, as JSON.

const { resources: production } = await recordPlatform("production");
const { resources: staging } = await recordPlatform("staging");
const { resources: delivery } = await recordDelivery();
process.stdout.write(JSON.stringify({ production, staging, delivery }));
