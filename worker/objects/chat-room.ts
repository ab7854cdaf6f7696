import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import type { HistoryPage, RoomInfo, RoomRpc } from "./contract.ts";

/** One room in one region, named `region/room`. */
export class ChatRoom extends DurableObject<Env> implements RoomRpc {
  override async fetch(_request: Request): Promise<Response> {
    return Response.json(
      { error: { code: "unavailable", message: "The room cannot be joined yet" } },
      { status: 503 },
    );
  }

  async info(_request: Parameters<RoomRpc["info"]>[0]): Promise<RoomInfo> {
    return { users: 0, messages: 0, regions: [] };
  }

  async history(_request: Parameters<RoomRpc["history"]>[0]): Promise<HistoryPage> {
    return { messages: [], more: false };
  }

  async remove(_request: Parameters<RoomRpc["remove"]>[0]): Promise<{ found: boolean }> {
    return { found: false };
  }

  async kick(_request: Parameters<RoomRpc["kick"]>[0]): Promise<{ closed: number }> {
    return { closed: 0 };
  }
}
