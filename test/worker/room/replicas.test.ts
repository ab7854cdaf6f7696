import { describe, expect, it } from "vitest";
import { World } from "./virtual-world.ts";

describe("a room in two regions", () => {
  it("shows what is said in one region in the other, in one order", async () => {
    const world = new World();
    const ann = await world.site("weur").enter("ann");
    const bob = await world.site("apac").enter("bob");
    await world.pass(1000);
    ann.say("hello", world.clientId());
    await world.pass(20);
    bob.say("hi", world.clientId());
    expect(ann.socket.of("ack")).toHaveLength(1);
    await world.pass(1000);
    for (const { socket } of [ann, bob])
      expect(
        socket
          .of("chat_message")
          .toSorted((a, b) => (a.order < b.order ? -1 : 1))
          .map(({ message }) => message),
      ).toEqual(["hello", "hi"]);
    expect(world.site("weur").places).toEqual(world.site("apac").places);
  });
});
