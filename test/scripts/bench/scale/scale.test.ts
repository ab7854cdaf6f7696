import { describe, expect, it } from "vitest";
import { clientFrame, FrameReader } from "../../../../scripts/bench/scale/frames.ts";
import { solved } from "../../../../scripts/bench/scale/hours.ts";
import { spreadOf } from "../../../../scripts/bench/scale/measure-step.ts";
import { ASKED, type Rates, type Step } from "../../../../scripts/bench/scale/outcome.ts";
import { regionsOf } from "../../../../scripts/bench/scale/places.ts";
import { added, descriptorsOf } from "../../../../scripts/bench/scale/report.ts";

const rates = (value: number): Rates => Object.fromEntries(ASKED.map((name) => [name, value])) as Rates;

const step = (more: Partial<Step>): Step => ({
  rooms: 1,
  sockets: 1,
  regions: 1,
  rate: 1,
  messages: 1,
  deliveries: 1,
  perMessage: rates(0),
  cpuPerMessage: 0,
  cpuPerDelivery: 0,
  perJoin: rates(0),
  cpuPerJoin: 0,
  joinsPerSecond: 1,
  descriptors: 0,
  rssMiB: 0,
  ...more,
});

describe("hours of a room", () => {
  it("are told apart into what a message asks for and what a minute does", () => {
    // 7 a message and 11 a minute.
    const { perMessage, perMinute } = solved(
      { asked: rates(20 * 7 + 20 * 11), messages: 20, minutes: 20 },
      { asked: rates(400 * 7 + 20 * 11), messages: 400, minutes: 20 },
    );
    expect(perMessage.rowsWritten).toBeCloseTo(7);
    expect(perMinute.rowsWritten).toBeCloseTo(11);
  });

  it("never give anything back", () => {
    const { perMinute } = solved(
      { asked: rates(10), messages: 20, minutes: 20 },
      { asked: rates(400), messages: 400, minutes: 20 },
    );
    expect(perMinute.rowsWritten).toBe(0);
  });
});

describe("frames", () => {
  const header = (bytes: number[]) => Buffer.from([0x81, ...bytes]);

  it("come whole, however they are cut", () => {
    const long = "y".repeat(70_000);
    const middle = "x".repeat(300);
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(BigInt(long.length));
    const stream = Buffer.concat([
      Buffer.from("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
      header([2]),
      Buffer.from("hi"),
      header([126, 1, 44]),
      Buffer.from(middle),
      header([127, ...size]),
      Buffer.from(long),
    ]);
    for (const cut of [61, 4096]) {
      const heard: string[] = [];
      const reader = new FrameReader((text) => heard.push(text));
      for (let at = 0; at < stream.length; at += cut) reader.read(stream.subarray(at, at + cut));
      expect(heard).toEqual(["hi", middle, long]);
    }
  });

  it("of a refused upgrade never begin", () => {
    const reader = new FrameReader(() => {});
    expect(reader.read(Buffer.from("HTTP/1.1 403 Forbidden\r\n\r\n"))).toBe(false);
    expect(reader.refusal).toBe("HTTP/1.1 403 Forbidden");
  });

  it("of ours are masked, with the length that they have", () => {
    expect([...clientFrame("ab")]).toEqual([0x81, 0x82, 0, 0, 0, 0, 97, 98]);
    expect(clientFrame("z".repeat(200)).subarray(0, 4)).toEqual(Buffer.from([0x81, 0xfe, 0, 200]));
  });
});

describe("figures of the growth", () => {
  it("add what a message takes longer to another region than within its own", () => {
    expect(added(step({ local: { p50: 2, p99: 9 }, abroad: { p50: 4.5, p99: 20 } }))).toBeCloseTo(2.5);
    expect(added(step({ local: { p50: 2, p99: 9 } }))).toBeUndefined();
  });

  it("say how many files a room and a connection take", () => {
    const outcome = {
      people: [step({ sockets: 10, descriptors: 60 }), step({ sockets: 110, descriptors: 160 })],
      rooms: [
        step({ rooms: 1, sockets: 3, descriptors: 50 }),
        step({ rooms: 11, sockets: 33, descriptors: 120 }),
      ],
    };
    // Seven files more for a room and its three connections.
    expect(descriptorsOf(outcome)).toEqual({ room: 4, socket: 1 });
  });

  it("have a middle and an end, where there are any", () => {
    expect(spreadOf(Array.from({ length: 100 }, (_, n) => n))).toEqual({ p50: 50, p99: 99 });
    expect(spreadOf([])).toBeUndefined();
  });

  it("know regions that visitors are sent to", () => {
    expect(regionsOf(1)).toEqual(["weur"]);
    expect(new Set(regionsOf(9)).size).toBe(9);
    expect(() => regionsOf(12)).toThrow("12 regions: from 1 to 9");
  });
});
