/** Who is in the room: connections, and the users behind them. */
import type { Connection } from "./connection.ts";

export class Members {
  readonly #connections = new Set<Connection>();
  readonly #byUser = new Map<string, Set<Connection>>();

  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  /** Users, each counted once. */
  get userCount(): number {
    return this.#byUser.size;
  }

  has(connection: Connection): boolean {
    return this.#connections.has(connection);
  }

  of(userId: string): ReadonlySet<Connection> {
    return this.#byUser.get(userId) ?? new Set();
  }

  /** True when it is the user's first connection. */
  add(connection: Connection): boolean {
    this.#connections.add(connection);
    const own = this.#byUser.get(connection.userId);
    if (own !== undefined) {
      own.add(connection);
      return false;
    }
    this.#byUser.set(connection.userId, new Set([connection]));
    return true;
  }

  /** True when it was the user's last connection. False also for one that is not here. */
  delete(connection: Connection): boolean {
    if (!this.#connections.delete(connection)) return false;
    const own = this.#byUser.get(connection.userId);
    own?.delete(connection);
    return own?.size === 0 && this.#byUser.delete(connection.userId);
  }

  /** Each user with the name of its first connection. */
  *users(): Generator<[string, string]> {
    for (const [userId, [first]] of this.#byUser) if (first !== undefined) yield [userId, first.username];
  }
}
