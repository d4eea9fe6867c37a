// @pulumi/pulumi ships these two generated services without types.
declare module "@pulumi/pulumi/proto/resource_grpc_pb.js" {
  import type { ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";

  const services: { ResourceMonitorService: ServiceDefinition<UntypedServiceImplementation> };
  export default services;
}
