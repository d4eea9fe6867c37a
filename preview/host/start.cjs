// Makes the start of a guest cheaper; loaded first of all.
const { setFlagsFromString } = require("node:v8");

// Compiled code is of use only to a process whose V8 has the same flags. Pulumi's SDK sets one as it is loaded, so
// that what was loaded before it never fits, and what one host left never fits another, which loads it in another
// order. With the flag set from the start, every host takes the code of every other.
setFlagsFromString("--allow-natives-syntax");
