/** Who is in the room over all regions. Remote users are known as long as we are awake: they are never stored. */
import type { Bundle, RegionAttendance } from "./bundle.ts";
import { ATTENDANCE_CHANGES, ROSTER_USERS } from "./limits.ts";
import type { Members } from "./members.ts";
import type { Roster, RosterUser } from "./protocol.ts";

export interface Coming {
  readonly type: "user_joined" | "user_left";
  readonly userId: string;
  readonly username: string;
  readonly region: string;
}

interface RemoteRegion {
  stamp: number;
  /** Not reached for long: nobody there counts until it is heard of again. */
  isLost: boolean;
  readonly users: Map<string, string>;
  /** Connections of those who have more than one. */
  readonly many: Map<string, number>;
}

export class Everybody {
  readonly #region: string;
  readonly #members: Members;
  readonly #remote = new Map<string, RemoteRegion>();
  /** In how many other regions each user is. */
  readonly #elsewhere = new Map<string, number>();
  /** Of those elsewhere, how many are here too. */
  #shared = 0;
  /** Names this list of ours: rises with every change. */
  #stamp: number;
  /** Undefined name: gone. The last one's stamp is ours. */
  #changes: { readonly userId: string; readonly username: string | undefined }[] = [];

  constructor(region: string, members: Members, now: number) {
    this.#region = region;
    this.#members = members;
    this.#stamp = now;
  }

  /** Users, each counted once wherever they are. */
  get userCount(): number {
    return this.#members.userCount + this.#elsewhere.size - this.#shared;
  }

  /** Users that this region answers for, so that the sum over all regions counts each once: by the first by name. */
  get ownUsers(): number {
    const before = new Set<string>();
    for (const [region, { users }] of this.#remote)
      if (region < this.#region)
        for (const userId of users.keys()) if (this.#members.of(userId).size > 0) before.add(userId);
    return this.#members.userCount - before.size;
  }

  isElsewhere(userId: string): boolean {
    return this.#elsewhere.has(userId);
  }

  /** Connections of a user, as far as the other regions told. */
  connectionsElsewhere(userId: string): number {
    let sum = 0;
    if (this.#elsewhere.has(userId))
      for (const { users, many } of this.#remote.values())
        if (users.has(userId)) sum += many.get(userId) ?? 1;
    return sum;
  }

  isIn(region: string, userId: string): boolean {
    return this.#remote.get(region)?.users.has(userId) === true;
  }

  knows(region: string): boolean {
    return this.#remote.get(region)?.isLost === false;
  }

  /** 0 also for a region of which we know nothing. */
  usersIn(region: string): number {
    return this.#remote.get(region)?.users.size ?? 0;
  }

  /** A user's first connection here, after it was added to the members. */
  came(userId: string, username: string): void {
    if (this.#elsewhere.has(userId)) this.#shared++;
    this.#change(userId, username);
  }

  /** A user who was here has more connections, or fewer. */
  counted(userId: string, username: string): void {
    this.#change(userId, username);
  }

  /** A user's last connection here is gone. */
  went(userId: string): void {
    if (this.#elsewhere.has(userId)) this.#shared--;
    this.#change(userId, undefined);
  }

  #change(userId: string, username: string | undefined): void {
    this.#stamp++;
    this.#changes.push({ userId, username });
    if (this.#changes.length > 2 * ATTENDANCE_CHANGES)
      this.#changes = this.#changes.slice(-ATTENDANCE_CHANGES);
  }

  get stamp(): number {
    return this.#stamp;
  }

  /** Per region, the stamp of what we know. */
  get heard(): Record<string, number> {
    const heard = [...this.#remote].filter(([, { isLost }]) => !isLost);
    return Object.fromEntries(heard.map(([region, { stamp }]) => [region, stamp]));
  }

  /**
   * What a peer has not heard yet: of this region, and with `all` of the others as well.
   * @param heard the stamps that it has
   */
  tell(heard: ReadonlyMap<string, number>, to: string, all: boolean): RegionAttendance[] {
    const own = this.#ownSince(heard.get(this.#region));
    const told = own === undefined ? [] : [own];
    if (all)
      for (const [region, { stamp, users, many, isLost }] of this.#remote)
        if (region !== to && !isLost && stamp > (heard.get(region) ?? -1))
          told.push({ region, stamp, here: [...users], ...(many.size > 0 && { many: [...many] }) });
    return told;
  }

  #ownSince(since: number | undefined): RegionAttendance | undefined {
    const region = this.#region;
    const stamp = this.#stamp;
    if (since === stamp) return undefined;
    const missed = since === undefined ? Number.POSITIVE_INFINITY : stamp - since;
    if (since === undefined || missed < 0 || missed > this.#changes.length) {
      const here = [...this.#members.users()];
      return { region, stamp, here, ...this.#many(here) };
    }
    // The last word on each user counts.
    const latest = new Map(this.#changes.slice(-missed).map(({ userId, username }) => [userId, username]));
    const here: [string, string][] = [];
    const gone: string[] = [];
    for (const [userId, username] of latest)
      if (username === undefined) gone.push(userId);
      else here.push([userId, username]);
    return { region, stamp, base: since, here, gone, ...this.#many(here) };
  }

  #many(here: readonly (readonly [string, string])[]): Pick<RegionAttendance, "many"> {
    const many = here
      .map(([userId]): [string, number] => [userId, this.#members.of(userId).size])
      .filter(([, connections]) => connections > 1);
    return many.length > 0 ? { many } : {};
  }

  /**
   * What another replica told.
   * @returns who came and went, where we knew the region before: else it is no news, we only slept; and the regions that
   * are to be asked again, as what was told of them may not be the last word
   */
  take({ from, presence = [] }: Pick<Bundle, "from" | "presence">): { changes: Coming[]; again: string[] } {
    const changes: Coming[] = [];
    const again: string[] = [];
    for (const { region, stamp, base, here, gone = [], many = [] } of presence) {
      if (region === this.#region) continue;
      const known = this.#remote.get(region);
      const isOwn = region === from;
      // About itself a region has the last word: its clock may have gone back in its sleep.
      if (known !== undefined && (isOwn ? stamp === this.#heard(known) : stamp <= known.stamp)) continue;
      if (base !== undefined && base !== this.#heard(known)) {
        again.push(region);
        continue;
      }
      // Of an earlier time: its clock went back, or newer word overtook this one. From somebody else: it may be of a life
      // whose clock was ahead.
      if (known !== undefined && (isOwn ? stamp < known.stamp : !known.isLost)) again.push(region);
      const remote = known ?? { stamp, isLost: false, users: new Map<string, string>(), many: new Map() };
      remote.stamp = stamp;
      remote.isLost = false;
      this.#remote.set(region, remote);
      const present = new Set(here.map(([userId]) => userId));
      const left =
        base === undefined ? [...remote.users.keys()].filter((userId) => !present.has(userId)) : gone;
      for (const [userId] of here) remote.many.delete(userId);
      for (const [userId, connections] of many) remote.many.set(userId, connections);
      const moved = [...this.#arrive(region, remote, here), ...this.#leave(region, remote, left)];
      if (known !== undefined) changes.push(...moved);
    }
    return { changes, again };
  }

  #heard(remote: RemoteRegion | undefined): number | undefined {
    return remote?.isLost === false ? remote.stamp : undefined;
  }

  #arrive(region: string, { users }: RemoteRegion, here: readonly (readonly [string, string])[]): Coming[] {
    const changes: Coming[] = [];
    for (const [userId, username] of here) {
      const known = users.has(userId);
      users.set(userId, username);
      if (known) continue;
      const regions = this.#elsewhere.get(userId) ?? 0;
      this.#elsewhere.set(userId, regions + 1);
      const local = this.#members.of(userId).size > 0;
      if (regions === 0 && local) this.#shared++;
      if (regions === 0 && !local) changes.push({ type: "user_joined", userId, username, region });
    }
    return changes;
  }

  #leave(region: string, { users, many }: RemoteRegion, gone: readonly string[]): Coming[] {
    const changes: Coming[] = [];
    for (const userId of gone) {
      many.delete(userId);
      const username = users.get(userId);
      if (username === undefined) continue;
      users.delete(userId);
      const regions = (this.#elsewhere.get(userId) ?? 1) - 1;
      if (regions > 0) {
        this.#elsewhere.set(userId, regions);
        continue;
      }
      this.#elsewhere.delete(userId);
      if (this.#members.of(userId).size > 0) this.#shared--;
      else changes.push({ type: "user_left", userId, username, region });
    }
    return changes;
  }

  /** A region is not reached: its users are back when it is. What others still tell of it is older than that. */
  lose(region: string): Coming[] {
    const remote = this.#remote.get(region);
    if (remote === undefined) return [];
    remote.isLost = true;
    return this.#leave(region, remote, [...remote.users.keys()]);
  }

  /** A region is no member any more. */
  forget(region: string): Coming[] {
    const remote = this.#remote.get(region);
    if (remote === undefined) return [];
    const changes = this.#leave(region, remote, [...remote.users.keys()]);
    this.#remote.delete(region);
    return changes;
  }

  roster(): Roster {
    const users: RosterUser[] = [];
    const add = (userId: string, username: string, region: string) => {
      if (users.length < ROSTER_USERS) users.push({ userId, username, region });
    };
    const told = new Set<string>();
    for (const [userId, username] of this.#members.users()) add(userId, username, this.#region);
    for (const [region, remote] of this.#remote)
      for (const [userId, username] of remote.users) {
        if (told.has(userId) || this.#members.of(userId).size > 0) continue;
        told.add(userId);
        add(userId, username, region);
      }
    return { type: "roster", users, userCount: this.userCount, truncated: users.length < this.userCount };
  }
}
