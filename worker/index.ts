import type { Env } from "./env.ts";

export { ChatRoom } from "./objects/chat-room.ts";

export default {
  fetch: () => new Response("Not found", { status: 404 }),
} satisfies ExportedHandler<Env>;
