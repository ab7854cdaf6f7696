import { describe, expect, it } from "vitest";
import { keyValueStorage } from "../../client/storage.ts";

class Shelf {
  readonly items = new Map<string, string>();
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

describe("what survives a reload", () => {
  it("brings back session, cursor and what was on its way, which is queued again under its old name", () => {
    const storage = keyValueStorage(new Shelf(), "room");
    storage.save({
      session: "s",
      userId: "u",
      cursor: "weur.1:5@a",
      outbox: [
        { key: "k1", message: "sent", state: "sent", createdAt: 5 },
        { key: "k2", message: "done", state: "acknowledged", id: "i" },
        { key: "k3", message: "lost", state: "unconfirmed", createdAt: 1 },
      ],
    });
    expect(storage.load()).toEqual({
      session: "s",
      userId: "u",
      cursor: "weur.1:5@a",
      outbox: [
        { key: "k1", message: "sent", state: "queued", createdAt: 5 },
        { key: "k3", message: "lost", state: "unconfirmed", createdAt: 1 },
      ],
    });
  });

  it("starts afresh from nothing and from what somebody else left there", () => {
    const shelf = new Shelf();
    expect(keyValueStorage(shelf, "room").load()).toBeUndefined();
    for (const text of ["{", "3", '"x"']) {
      shelf.setItem("room", text);
      expect(keyValueStorage(shelf, "room").load()).toBeUndefined();
    }
    shelf.setItem("room", '{"session":5,"outbox":[null,{"key":1},{"key":"k","message":"m","state":"odd"}]}');
    expect(keyValueStorage(shelf, "room").load()).toMatchObject({
      outbox: [{ key: "k", message: "m", state: "queued" }],
    });
  });

  it("goes on without storage where it is full or forbidden", () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new Error("QuotaExceededError");
      },
    };
    expect(() => keyValueStorage(full, "room").save({ outbox: [] })).not.toThrow();
  });
});
