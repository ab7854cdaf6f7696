/** A room's line in the directory, which is in KV so that `/api/rooms` wakes no object. */
import { DIRECTORY_TTL_SECONDS } from "../room/limits.ts";
import { DIRECTORY_PREFIX, type DirectoryEntry } from "./contract.ts";

/** Takes the room out when nobody is there. */
export async function writeEntry(
  directory: KVNamespace,
  { room, regions, users, at }: { room: string; regions: readonly string[]; users: number; at: number },
): Promise<void> {
  const key = DIRECTORY_PREFIX + room;
  if (users === 0) {
    await directory.delete(key);
    return;
  }
  const metadata: DirectoryEntry = { users, regions, updatedAt: at };
  await directory.put(key, "", { metadata, expirationTtl: DIRECTORY_TTL_SECONDS });
}
