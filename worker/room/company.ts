/** The connections of a room: how they are told something, and how they are let go. */
import type { Connection } from "./connection.ts";
import type { Counters } from "./counters.ts";
import { deliver } from "./deliver.ts";
import type { Everybody } from "./everybody.ts";
import type { Host } from "./host.ts";
import type { RoomName } from "./life.ts";
import type { Members } from "./members.ts";
import type { News } from "./news.ts";
import { CLOSE } from "./protocol.ts";
import type { Composition } from "./tick.ts";

export interface Surroundings {
  readonly name: RoomName;
  readonly host: Host;
  readonly members: Members;
  readonly everybody: Everybody;
  readonly counters: Counters;
  readonly news: News;
  /** One connection less. */
  readonly left: () => void;
}

export class Company {
  readonly #room: Surroundings;

  constructor(room: Surroundings) {
    this.#room = room;
  }

  /** Everybody, and some of them something of their own. */
  tell({ items, personal }: Composition, now: number): void {
    const { members, counters } = this.#room;
    const { frames, slow, gone } = deliver(members.connections, items, personal, now);
    if (frames > 0) counters.add("frames", frames);
    for (const connection of slow) {
      counters.add("slow");
      this.drop(connection, CLOSE.overloaded, "reading too slowly", "slow");
    }
    for (const connection of gone) this.drop(connection, CLOSE.internal, "send failed", "gone");
  }

  send(connection: Connection, frame: object): void {
    try {
      connection.send(JSON.stringify(frame));
    } catch {
      this.drop(connection, CLOSE.internal, "send failed", "gone");
    }
  }

  /** It sends too much. */
  flood(connection: Connection): void {
    this.#room.counters.add("flooding");
    this.drop(connection, CLOSE.policy, "too many frames", "flooding");
  }

  /** @param why for the log */
  drop(connection: Connection, code: number, reason: string, why: string): void {
    const { name, host, members } = this.#room;
    if (!members.has(connection)) return;
    const { id, userId } = connection;
    host.log("closed", { ...name, connection: id, userId, code, why });
    connection.close(code, reason);
    this.forget(connection);
  }

  /** The region closes: each is to go to another. */
  moveOut(): void {
    for (const connection of [...this.#room.members.connections])
      this.drop(connection, CLOSE.restarting, "this region closes", "moved_out");
  }

  /** A user's first connection here, which is a member by now. Nobody is told of who is in another region as well. */
  came({ userId, username }: Connection): void {
    const { everybody } = this.#room;
    everybody.came(userId, username);
    if (!everybody.isElsewhere(userId)) this.#tellPresence("user_joined", userId, username);
  }

  /** Those that nobody hears of any more. */
  dropGhosts(userIds: Iterable<string>): void {
    const now = this.#room.host.now();
    for (const userId of userIds)
      for (const connection of [...this.#room.members.of(userId)])
        if (connection.isGhost(now)) this.drop(connection, CLOSE.goingAway, "no sign of life", "ghost");
  }

  /** The connection is closed already. */
  forget(connection: Connection): void {
    const { members, everybody, news, left } = this.#room;
    news.forget(connection);
    if (!members.has(connection)) return;
    const lastOfUser = members.delete(connection);
    const { userId, username } = connection;
    if (!lastOfUser) everybody.counted(userId, username);
    else {
      everybody.went(userId);
      if (!everybody.isElsewhere(userId)) this.#tellPresence("user_left", userId, username);
    }
    left();
  }

  #tellPresence(type: "user_joined" | "user_left", userId: string, username: string): void {
    const { news, everybody, name } = this.#room;
    news.presence({ type, userId, username, region: name.region }, everybody.userCount);
  }
}
