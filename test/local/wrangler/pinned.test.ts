import { fileURLToPath } from "node:url";
import { wranglerStories } from "./stories.ts";

wranglerStories("the project's wrangler", async () =>
  fileURLToPath(new URL("../../../node_modules/wrangler/bin/wrangler.js", import.meta.url)),
);
