import type { ResourceTypes } from "../../model/resource-type.ts";
import { postgresql } from "../../model/tokens.ts";

/** Types of PostgreSQL's provider up to version 3.18. */
export const resourceTypes: ResourceTypes = {
  vendor: "PostgreSQL",
  judged: Object.values(postgresql),
  harmless: [
    [
      "gives no role a right",
      [
        "Extension",
        "PhysicalReplicationSlot",
        "Publication",
        "ReplicationSlot",
        "SecurityLabel",
        "UserMapping",
      ],
    ],
  ],
  doubtful: [],
};
