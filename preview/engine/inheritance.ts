import type resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import type { PreviewResource } from "./resource.ts";
import { packageOf, providedPackage, typeOf } from "./urn.ts";
import { unknown } from "./values.ts";

/** Gives a resource the options of its parent that the engine hands down, before any transform sees them. */
export function inherit(
  child: InstanceType<typeof resourcePb.RegisterResourceRequest>,
  parent: PreviewResource,
): void {
  if (child.getDeletedwith() === "") child.setDeletedwith(parent.deletedWith);
  if (!child.hasProtect() && parent.protect) child.setProtect(true);
  if (!child.hasRetainondelete() && parent.retainOnDelete) child.setRetainondelete(true);
  if (child.getProvider() !== "" || parent.provider === "") return;
  const offered = providedPackage(typeOf(parent.provider));
  if (!child.getCustom() || offered === packageOf(child.getType())) {
    child.setProvider(`${parent.provider}::${unknown}`);
  }
}
