import { fileURLToPath } from "node:url";
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { bundlePage, PAGE_MODULE, pageModule } from "./infra/page-bundle.ts";
import { testRuntime } from "./test/worker/runtime.ts";

const virtualPage = {
  name: PAGE_MODULE,
  resolveId: (id: string) => (id === PAGE_MODULE ? `\0${PAGE_MODULE}` : undefined),
  load: async (id: string) => (id === `\0${PAGE_MODULE}` ? pageModule(await bundlePage()) : undefined),
};

/** Three kinds of proof: pure code in Node, the Worker inside workerd, and the whole thing with the real engine. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  test: {
    // A passing test has nothing to say; a failing one shows all its logs.
    silent: "passed-only",
    projects: [
      {
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: ["test/worker/{objects,routes,runtime}/**", "test/e2e/**"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [virtualPage, cloudflareTest(testRuntime)],
        test: {
          name: "workerd",
          include: ["test/worker/{objects,routes,runtime}/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Each file has its own project folder, account and ports; a third at once only makes the others wait.
          maxWorkers: 2,
        },
      },
    ],
  },
});
