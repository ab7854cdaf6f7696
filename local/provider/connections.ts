import { ApiClient, type Clock } from "./api-client.ts";
import type { Configuration } from "./configuration.ts";
import type { EngineLog } from "./engine-log.ts";

/** Connections remembered at once: far more than engines can run, so that the oldest is surely closed. */
const MAX_CONNECTIONS = 256;

/** What one engine has told about one provider instance. */
export class Connection {
  configuration: Configuration | undefined;
  log: EngineLog | undefined;
  #calls = new AbortController();

  /** Ends the calls under way; the connection stays usable. */
  cancel(): void {
    this.#calls.abort();
    this.#calls = new AbortController();
  }

  /** A client for one call; `gone` ends its requests too, when nobody waits for the call any more. */
  api(configuration: Configuration, clock: Clock, gone: AbortSignal): ApiClient {
    const signal = AbortSignal.any([this.#calls.signal, gone]);
    return new ApiClient(configuration.baseUrl, configuration.credentials, clock, signal);
  }
}

/**
 * Keeps concurrent runs apart. An attached provider is one process for all engines, but each provider instance of
 * each engine dials a connection of its own, so the caller's address tells them apart.
 */
export class Connections {
  readonly #byPeer = new Map<string, Connection>();

  /** The connection of an address that says hello: whatever an earlier one on the same port had said is forgotten. */
  open(peer: string): Connection {
    this.#drop(peer);
    const connection = new Connection();
    this.#byPeer.set(peer, connection);
    for (const oldest of this.#byPeer.keys()) {
      if (this.#byPeer.size <= MAX_CONNECTIONS) break;
      this.#drop(oldest);
    }
    return connection;
  }

  get(peer: string): Connection {
    return this.#byPeer.get(peer) ?? this.open(peer);
  }

  /**
   * The configuration for a call. A connection that was dropped and dialled anew says no hello; it gets the
   * configuration that all others agree on.
   *
   * @throws Error when it is not known which configuration is meant.
   */
  configured(peer: string): { connection: Connection; configuration: Configuration } {
    const connection = this.get(peer);
    const known = connection.configuration ?? this.#agreed();
    if (known === undefined) {
      throw new Error("The provider is not configured on this connection. Run the command again.");
    }
    connection.configuration = known;
    return { connection, configuration: known };
  }

  close(): void {
    for (const peer of [...this.#byPeer.keys()]) this.#drop(peer);
  }

  #agreed(): Configuration | undefined {
    const all = [...this.#byPeer.values()].flatMap(({ configuration }) => configuration ?? []);
    const different = new Set(all.map((configuration) => JSON.stringify(configuration)));
    return different.size === 1 ? all[0] : undefined;
  }

  #drop(peer: string): void {
    const connection = this.#byPeer.get(peer);
    this.#byPeer.delete(peer);
    connection?.cancel();
    connection?.log?.close();
  }
}
