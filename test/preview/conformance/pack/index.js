// Tells what each kind of policy is given. It runs with every @pulumi/policy of the matrix, so it is plain JavaScript,
// and asks whether a feature is there before it uses one that is younger than 1.4.
const policy = require("@pulumi/policy");

const version = require("@pulumi/policy/package.json").version.replace(/^v/, "");
const remediates = "Secret" in policy;

/** What a property is, or why it cannot be read. */
function read(get) {
  try {
    return get();
  } catch (error) {
    return error.message;
  }
}

function described({ type, name, props, opts, provider }) {
  const { size, secret, by } = props;
  return {
    ...{
      type,
      name,
      size,
      secret,
      by,
      unknown: read(() => props.unknown),
      nested: read(() => String(props.nested?.list)),
    },
    opts: { ...opts, parent: opts.parent?.replace(/.*::/, "") },
    provider: provider && { name: provider.name, region: provider.props.region },
  };
}

/** A policy of stacks; with two of them, both have to be given the same. */
const seesStack = (name) => ({
  name,
  description: "Tells what a policy of stacks is given.",
  enforcementLevel: "advisory",
  validateStack: ({ resources, getConfig }, report) => {
    const names = (list) => list.map((resource) => resource.name);
    for (const resource of resources.filter(({ type }) => type.startsWith("test:"))) {
      const { parent, dependencies, propertyDependencies } = resource;
      const more = { parent: parent?.name, dependencies: names(dependencies), config: getConfig() };
      const properties = Object.entries(propertyDependencies).map(([key, list]) => [key, names(list)]);
      report(
        JSON.stringify({
          ...described(resource),
          ...more,
          propertyDependencies: Object.fromEntries(properties),
        }),
        resource.urn,
      );
    }
  },
});

new policy.PolicyPack(`policy-${version}`, {
  enforcementLevel: "mandatory",
  policies: [
    {
      name: "sees-resource",
      description: "Tells what a policy of resources is given.",
      enforcementLevel: "advisory",
      validateResource: (args, report) => {
        if (args.type.startsWith("test:")) report(JSON.stringify(described(args)));
      },
    },
    {
      name: "configured",
      description: "Wants a size.",
      configSchema: { properties: { least: { type: "number", default: 3 } } },
      validateResource: ({ props, getConfig }, report) => {
        const { least } = getConfig();
        if (props.size < least) report(`${props.size} is less than ${least}`);
      },
    },
    {
      name: "reads-unknown",
      description: "Reads what a preview cannot know.",
      validateStack: ({ resources }) => {
        for (const { props } of resources) String(props.unknown);
      },
    },
    seesStack("sees-stack"),
    seesStack("sees-stack-too"),
    ...(remediates
      ? [
          {
            name: "remediates",
            description: "Signs a resource.",
            enforcementLevel: "remediate",
            remediateResource: ({ name, props }) =>
              name === "first" ? { ...props, by: [...props.by, version] } : undefined,
          },
        ]
      : []),
  ],
});
