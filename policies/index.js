// The policy host always compiles a TypeScript entry itself, and refuses import paths that end in .ts.
import "./pack.ts";
