/** Whether something else can take the place of what a module exports by a name. */
module.exports = (exported, name) => Object.getOwnPropertyDescriptor(exported, name)?.writable === true;
