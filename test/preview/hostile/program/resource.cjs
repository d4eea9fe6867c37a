const pulumi = require("@pulumi/pulumi");

exports.Resource = class extends pulumi.CustomResource {
  constructor(name, props) {
    super("hostile:index:File", name, props);
  }
};
