// The engine's runner loads entry points through its own TypeScript compiler; an .mjs one leaves .ts files to Node.
import "./index.ts";
