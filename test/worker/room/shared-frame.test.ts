import fc from "fast-check";
import { expect, it } from "vitest";
import { SharedFrame } from "../../../worker/room/shared-frame.ts";

it("a frame with objects exchanged reads as if it had been joined anew", () => {
  const object = fc.record({ text: fc.string(), n: fc.nat() });
  fc.assert(
    fc.property(
      fc.array(object, { minLength: 1, maxLength: 8 }),
      fc.array(object, { maxLength: 3 }),
      fc.dictionary(fc.nat(7).map(String), object),
      (objects, first, exchanged) => {
        const frame = new SharedFrame(objects.map((one) => JSON.stringify(one)));
        const replaced = Object.entries(exchanged)
          .map(([index, one]) => [Number(index), one] as const)
          .filter(([index]) => index < objects.length)
          .sort(([a], [b]) => a - b);
        const expected = [...first, ...objects.map((one, index) => new Map(replaced).get(index) ?? one)];
        const text = frame.with(
          first.map((one) => JSON.stringify(one)),
          new Map(replaced.map(([index, one]) => [index, JSON.stringify(one)])),
        );
        expect(JSON.parse(text)).toEqual(expected.length === 1 ? expected[0] : expected);
        expect(JSON.parse(frame.text)).toEqual(objects.length === 1 ? objects[0] : objects);
      },
    ),
  );
});
