import { expect, it } from "vitest";
import { Faults, faultSchema } from "../../local/faults.ts";

it("a fault meets the n-th matching call, as many times as asked, and no other", () => {
  const faults = new Faults();
  faults.arm([
    faultSchema.parse({ method: "PUT", path: "/scripts/", nth: 2, times: 2, action: { kind: "reset" } }),
  ]);
  const met = ["PUT", "GET", "PUT", "PUT", "PUT"].map(
    (method) => faults.meet(method, "/scripts/chat") !== undefined,
  );
  expect(met).toEqual([false, false, true, true, false]);
  expect(faults.meet("PUT", "/zones")).toBeUndefined();
});

it("the calls are recorded, and which of them failed, until faults are set anew", () => {
  const faults = new Faults();
  faults.meet("GET", "/zones");
  faults.meet("PUT", "/scripts/chat");
  faults.acted();
  const calls = [
    { method: "GET", path: "/zones" },
    { method: "PUT", path: "/scripts/chat" },
  ];
  expect(faults.report()).toEqual({ met: 1, calls });
  faults.arm([]);
  expect(faults.report()).toEqual({ met: 0, calls: [] });
});
