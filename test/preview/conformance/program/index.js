// Uses each feature of the SDK once. It runs in every SDK of the matrix, so it is plain JavaScript, and asks
// whether a feature is there before it uses one that is younger than 3.40.
const pulumi = require("@pulumi/pulumi");

class Thing extends pulumi.CustomResource {
  constructor(name, props, opts) {
    super("test:index:Thing", name, { ...props, made: undefined }, opts);
  }
}
class Provider extends pulumi.ProviderResource {
  constructor(name, props, opts) {
    super("test", name, props, opts);
  }
}
class Group extends pulumi.ComponentResource {
  constructor(name, opts) {
    super("test:index:Group", name, {}, opts);
  }
}
const config = new pulumi.Config();
const made = new Thing("made", { known: "yes" });
// Asks for no version of its provider, as a class does that no SDK generated.
new pulumi.CustomResource("widget:index:Widget", "widget", {});

// How the process was started, and how deep a stack trace goes: nothing of the preview's own shows.
function depth(levels) {
  return levels === 0
    ? new Error("deep").stack.split("\n").filter((line) => /^\s+at /.test(line)).length
    : depth(levels - 1);
}
new Thing("process", {
  arguments: process.execArgv,
  frames: depth(12),
  runner: require.main.filename.endsWith("/cmd/run/index.js"),
});

new Thing("settings", {
  size: config.requireNumber("size"),
  switch: config.require("switch"),
  empty: config.get("empty") ?? "absent",
  list: config.require("list"),
  token: config.requireSecret("token"),
  stack: `${pulumi.getProject()}/${pulumi.getStack()}`,
});

let deep = "bottom";
for (let level = 0; level < 250; level += 1) deep = { deep };
new Thing("values", {
  __hidden: 1,
  inner: { __kept: 2 },
  list: [undefined, null, [], {}],
  unknown: made.made,
  part: pulumi.interpolate`is ${made.made}`,
  secret: pulumi.secret({ a: 1 }),
  reference: made,
});
new Thing("nested", { deep });
new Thing("assets", {
  file: new pulumi.asset.FileAsset("asset.txt"),
  text: new pulumi.asset.StringAsset("text"),
  folder: new pulumi.asset.FileArchive("."),
  map: new pulumi.asset.AssetArchive({ "a.txt": new pulumi.asset.FileAsset("./asset.txt") }),
});

const options = {
  protect: true,
  retainOnDelete: true,
  replaceOnChanges: ["a"],
  ignoreChanges: ["b"],
  deleteBeforeReplace: true,
  additionalSecretOutputs: ["made"],
  customTimeouts: { create: "1m30s", update: "-5m" },
  aliases: [{ name: "before" }],
  dependsOn: [made],
  version: "1.2.3-alpha.1+build",
  pluginDownloadURL: "https://example.com/plugins",
};
const optioned = new Thing("optioned", { a: 1 }, options);
new Thing("after-optioned", { secretly: optioned.made });
new Thing("imported", {}, { import: "an-id" });

const group = new Group("group", {
  protect: true,
  providers: { test: new Provider("explicit", { region: "here" }) },
});
new Thing("in-group", { a: 1 }, { parent: group });
group.registerOutputs({ made: made.made, plain: "of the group" });

const open = new Provider("open", { endpoint: made.made });
const behind = new Thing("behind", { known: "yes" }, { provider: open });
new Thing("after-behind", { known: behind.known ?? pulumi.output(behind).apply((it) => it.known) });

const read = new Thing("read", { a: 1, secret: pulumi.secret("hush-hush") }, { id: "id-1" });
const later = new Thing("read-later", { a: 1 }, { id: made.made });
// What is read is the provider's to tell, whatever the program supposes.
new Thing("after-read", { id1: read.id, later: later.id, supposed: read.a });

const invoke =
  pulumi.runtime.invokeOutput ?? ((token, args) => pulumi.output(pulumi.runtime.invoke(token, args)));
const answer = invoke("test:index:getThing", { name: "x" });
new Thing("asked", {
  whole: answer,
  property: answer.apply((value) => value.property ?? "known and undefined"),
  within: pulumi.output("x").apply((name) => pulumi.runtime.invoke("test:index:getWithin", { name })),
});
const called = pulumi.runtime.call("test:index:Thing/method", {}, made);
new Thing("called", { result: called });
new Thing("lifted", {
  direct: answer.property,
  within: pulumi.output("x").apply((name) => pulumi.runtime.invoke("test:index:getWithin", { name }))
    .property,
  method: called.property,
});
new Thing("awaited", {
  value: pulumi.runtime.invoke("test:index:getAwaited", {}).then((value) => value.property),
});
// What is read deeper, and what is made a text of it, is no more known.
const deeply = pulumi.runtime.invoke("test:index:getDeeply", {});
void deeply.then(({ account }) => pulumi.log.info(`an account: ${account}`));
new Thing("awaited-deeply", {
  first: deeply.then(({ zones }) => zones[0]),
  list: deeply.then(({ zones: [zone] }) => zone).catch(() => "no list"),
  map: deeply.then(({ zones }) => zones.map(({ id }) => id)).catch(() => "no list"),
  each: deeply.then(({ zones }) => [...zones]).catch(() => "no list"),
  counted: deeply.then(({ zones }) => Array.from(zones)).catch((error) => error.message),
  keys: deeply.then(({ tags }) => Object.keys(tags)),
  method: deeply.then(({ name }) => name.split(".").slice(0, 2).join("-").toLowerCase()),
  called: deeply.then(({ zones }) => zones.sort((a, b) => a.n - b.n)).catch((error) => error.message),
  path: deeply.then((value) => value.zones[0].account.id),
  text: deeply.then((value) => `arn:${value.account}:zone/${value.zones[1].id}`),
  joined: deeply.then((value) => ["a", value.name].join("/")),
  json: deeply.then((value) => JSON.stringify({ a: value.zones[0] })),
  known: deeply.then((value) => (value.zones ? "known" : "not")),
});

const other = new pulumi.StackReference("acme/network/dev");
new Thing("referring", {
  given: other.getOutput("subnet"),
  lifted: other.outputs.subnet,
  required: other.requireOutput("subnet"),
  missing: other.requireOutput("vpc"),
  absent: other.getOutput("vpc").apply((it) => it ?? "absent"),
  all: other.outputs.apply((outputs) => Object.keys(outputs)),
  elsewhere: new pulumi.StackReference("acme/other/dev").getOutput("a"),
});

new Thing(
  "transformed",
  { a: 1 },
  { transformations: [({ props, opts }) => ({ props: { ...props, by: "transformation" }, opts })] },
);
if (pulumi.runtime.registerStackTransform !== undefined) {
  new Thing(
    "transformed-later",
    {
      a: made.made,
      rule: { key: made.made, public: true },
      tags: ["x", made.made],
      list: [pulumi.secret("hush-hush"), 1],
    },
    { transforms: [({ props, opts }) => ({ props: { ...props, by: "transform" }, opts })] },
  );
}
if (pulumi.ResourceHook !== undefined) {
  const hook = new pulumi.ResourceHook("hook", ({ name }) => void pulumi.log.info(`hook of ${name}`), {
    onDryRun: true,
  });
  new Thing("hooked", {}, { hooks: { beforeCreate: [hook] } });
}

class Dynamic extends pulumi.dynamic.Resource {
  constructor(name, props) {
    const provider = {
      check: async (_olds, news) => ({ inputs: { ...news, defaulted: `for ${news.size}` }, failures: [] }),
      create: async (inputs) => ({ id: "1", outs: inputs }),
    };
    super(provider, name, { defaulted: undefined, ...props });
    this.defaulted = this.defaulted ?? pulumi.output(undefined);
  }
}
class Found extends pulumi.dynamic.Resource {
  constructor(name, props, options) {
    const provider = {
      create: async (inputs) => ({ id: "1", outs: inputs }),
      read: async (id, state) => ({
        id,
        props: { ...state, place: `where ${id} is, of size ${state.size}` },
      }),
    };
    super(provider, name, { place: undefined, ...props }, options);
  }
}
class Unread extends pulumi.dynamic.Resource {
  constructor(name, props, options) {
    super({ create: async (inputs) => ({ id: "1", outs: inputs }) }, name, props, options);
  }
}
const found = new Found(
  "found",
  { size: 2, secret: pulumi.secret("of a dynamic resource") },
  { id: "there" },
);
new Thing("after-found", { place: found.place, secret: found.secret });
new Thing("after-unread", { size: new Unread("unread", { size: 3 }, { id: "there" }).size });
const foundLater = new Found("found-later", { size: 2 }, { id: made.made });
new Thing("after-found-later", { place: foundLater.place });
const dynamic = new Dynamic("dynamic", { size: 1, secret: pulumi.secret("of a dynamic resource") });
new Thing("after-dynamic", { defaulted: dynamic.defaulted });

pulumi.log.error("an error that is only logged");
module.exports = { plain: "exported", unknown: made.made, secret: pulumi.secret("an exported secret") };
