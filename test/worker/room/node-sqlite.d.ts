/** As much of Node's SQLite as the tests of the room use: these files are checked with the Worker's types. */
declare module "node:sqlite" {
  interface StatementSync {
    all(...bindings: (string | number | null | ArrayBuffer)[]): Record<string, string | number | null>[];
  }
  export class DatabaseSync {
    constructor(path: string);
    exec(sql: string): void;
    prepare(sql: string): StatementSync;
    serialize(): Uint8Array;
    deserialize(content: Uint8Array): void;
  }
}

declare module "node:crypto" {
  export function createHash(algorithm: "sha256"): { update(data: Uint8Array): { digest(): Uint8Array } };
}
