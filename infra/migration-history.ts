import type { MigrationStep } from "./plan/migration-steps.ts";

/**
 * Every Durable Object migration of this Worker, oldest first. Append only: a step that any stack has run must stay as it
 * is, because Cloudflare remembers the last tag and never runs a step twice. `up` refuses an edited history.
 */
export const MIGRATION_HISTORY: readonly MigrationStep[] = [
  { tag: "v1", newSqliteClasses: ["ChatRoom"] },
  { tag: "v2", newSqliteClasses: ["RoomHub"] },
];
