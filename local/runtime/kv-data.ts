import type { KvStore } from "./kv-store.ts";

/** Deletes every key: the namespace is no more, and its file stays open while workerd runs. */
export async function removeKvData(kv: KvStore): Promise<void> {
  for (;;) {
    const { keys } = await kv.list();
    if (keys.length === 0) return;
    for (const key of keys) await kv.delete(key.name);
  }
}
