/** Which folder may import which: the arrows of ARCHITECTURE.md as a table, checked on every source file. */
import path from "node:path";
import ts from "typescript";

interface Layer {
  /** Files that this row is about: the first row whose prefix fits wins. */
  readonly of: string;
  /** Path prefixes inside the project that it may import, beside itself. */
  readonly may: readonly string[];
  /** Module names from outside that it must not import. */
  readonly never?: RegExp;
}

const PURE = /^(cloudflare:|@pulumi\/|node:)/;

/** From the heart outwards. A folder that is not named here may not exist. */
export const LAYERS: readonly Layer[] = [
  { of: "worker/bindings.ts", may: [], never: /./ },
  { of: "worker/room/", may: ["worker/bindings.ts"], never: PURE },
  { of: "worker/storage/", may: ["worker/room/", "worker/bindings.ts"], never: /^@pulumi\// },
  { of: "worker/metrics.ts", may: ["worker/room/", "worker/bindings.ts"], never: PURE },
  { of: "worker/placement/", may: ["worker/bindings.ts"], never: PURE },
  { of: "worker/identity/", may: ["worker/room/", "worker/bindings.ts"], never: /^(cloudflare:|@pulumi\/)/ },
  { of: "worker/env.ts", may: ["worker/objects/", "worker/bindings.ts"] },
  {
    of: "worker/objects/",
    may: ["worker/storage/", "worker/room/", "worker/metrics.ts", "worker/env.ts", "worker/bindings.ts"],
  },
  {
    of: "worker/routes/",
    may: [
      "worker/objects/",
      "worker/identity/",
      "worker/placement/",
      "worker/room/",
      "worker/env.ts",
      "worker/bindings.ts",
    ],
  },
  { of: "worker/page/", may: ["client/", "worker/room/"], never: PURE },
  { of: "worker/index.ts", may: ["worker/"] },
  { of: "client/", may: ["worker/room/protocol.ts"], never: PURE },
  { of: "infra/plan/", may: ["infra/naming.ts", "worker/bindings.ts"], never: PURE },
  { of: "infra/components/", may: ["infra/", "worker/bindings.ts"] },
  { of: "infra/", may: ["worker/bindings.ts"] },
  { of: "local/", may: [] },
  // Commands that play the simulation, which lives among the tests.
  { of: "scripts/simulate.ts", may: ["scripts/", "test/simulation/"] },
  { of: "scripts/bench-latency", may: ["scripts/", "test/simulation/", "worker/bindings.ts"] },
  // It names a room's objects as the Worker does.
  { of: "scripts/query/", may: ["scripts/", "infra/", "worker/objects/contract.ts"] },
  {
    of: "scripts/",
    may: [
      "infra/",
      "local/",
      "client/",
      "worker/room/protocol.ts",
      "worker/bindings.ts",
      "worker/metrics.ts",
    ],
  },
  { of: "test/", may: [""] },
  { of: "vitest.config.ts", may: ["infra/", "test/"] },
];

/** What one file imports, type imports too. Paths inside the project are relative to its root. */
export function importsOf(file: string, source: string): string[] {
  return ts
    .preProcessFile(source, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith(".") ? path.posix.join(path.posix.dirname(file), fileName) : fileName,
    );
}

/** One line for each import that goes against the arrows. */
export function wrongDirections(file: string, source: string): string[] {
  const layer = LAYERS.find(({ of }) => file.startsWith(of));
  if (layer === undefined)
    return [`${file}: no layer in scripts/checks/import-directions.ts names this place`];
  return importsOf(file, source).flatMap((target) => {
    const inside = /^(worker|client|infra|local|scripts|test)\//.test(target);
    if (!inside) return layer.never?.test(target) ? [`${file}: must not import "${target}"`] : [];
    if (target.startsWith(layer.of) || layer.may.some((prefix) => target.startsWith(prefix))) return [];
    return [`${file}: must not import ${target} (allowed: ${[layer.of, ...layer.may].join(", ")})`];
  });
}
