import type { ChatEvents } from "./chat-events.ts";

interface Source {
  on<Name extends keyof ChatEvents>(name: Name, listener: (value: ChatEvents[Name]) => void): () => void;
}

/**
 * The next event of that name that satisfies `where`, for programs that wait step by step.
 * Rejects after `timeoutMs` (default 10,000 ms), naming the event.
 */
export function nextEvent<Name extends keyof ChatEvents>(
  client: Source,
  name: Name,
  where: (value: ChatEvents[Name]) => boolean = () => true,
  timeoutMs = 10_000,
): Promise<ChatEvents[Name]> {
  return new Promise((resolve, reject) => {
    const off = client.on(name, (value) => {
      if (!where(value)) return;
      clearTimeout(timer);
      off();
      resolve(value);
    });
    const timer = setTimeout(() => {
      off();
      reject(new Error(`No "${name}" event came within ${timeoutMs} ms`));
    }, timeoutMs);
  });
}
