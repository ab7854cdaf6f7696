import fc from "fast-check";
import { expect, test } from "vitest";
import { addressKey } from "../../../worker/identity/client-address.ts";

test.each([
  ["203.0.113.9", "203.0.113.9"],
  ["::ffff:203.0.113.9", "203.0.113.9"],
  ["::FFFF:203.0.113.9", "203.0.113.9"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["", "unknown"],
])("%s is counted under %s", (address, key) => {
  expect(addressKey(address)).toBe(key);
});

test("a missing address is counted under one shared key", () => {
  expect(addressKey(null)).toBe("unknown");
});

const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));

test("addresses of one /64 share a key, those of two do not", () => {
  fc.assert(
    fc.property(
      fc.array(group, { minLength: 4, maxLength: 4 }),
      fc.array(group, { minLength: 4, maxLength: 4 }),
      fc.array(group, { minLength: 4, maxLength: 4 }),
      (network, host, other) => {
        const key = addressKey([...network, ...host].join(":"));
        expect(addressKey([...network, ...other].join(":"))).toBe(key);
        fc.pre(network.join() !== host.join());
        expect(addressKey([...host, ...other].join(":"))).not.toBe(key);
      },
    ),
  );
});
