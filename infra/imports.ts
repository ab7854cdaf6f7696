/** What the next run takes over instead of making it: set by `npm run adopt`, for one run. */
import * as z from "zod";

/** Holds `Imports` as JSON. */
export const IMPORTS = "EDGE_CHAT_IMPORTS";

/** Import ids in the provider's forms; what is absent is made. */
const Imports = z.object({
  directory: z.string().exactOptional(),
  script: z.string().exactOptional(),
  subdomain: z.string().exactOptional(),
  domain: z.string().exactOptional(),
  /** By pattern. */
  routes: z.record(z.string(), z.string()).default({}),
});
export type Imports = z.output<typeof Imports>;

export const readImports = (text: string | undefined): Imports => Imports.parse(JSON.parse(text || "{}"));
