import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  datasetFor,
  kvTitleFor,
  physicalName,
  rateLimitNamespace,
  routeResourceName,
  SCRIPT_NAME_BUDGET,
  scriptNameFor,
} from "../../infra/naming.ts";

describe("physical names", () => {
  it("read as what they belong to", () => {
    expect(scriptNameFor("dev")).toBe("edge-chat-dev");
    expect(kvTitleFor("edge-chat-dev")).toBe("edge-chat-dev-directory");
    expect(datasetFor("edge-chat-dev")).toBe("edge_chat_dev");
  });

  it("turn what a name may not contain into separators", () => {
    expect(scriptNameFor("Feature/Anna_2")).toBe("edge-chat-feature-anna-2");
    expect(scriptNameFor("--x--")).toBe("edge-chat-x");
  });

  it("never exceed the budget and are valid DNS labels, whatever the stack is called", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (stack) => {
        const name = scriptNameFor(stack);
        expect(name.length).toBeLessThanOrEqual(SCRIPT_NAME_BUDGET);
        expect(name).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
      }),
    );
  });

  it("stay different when two long names share their beginning", () => {
    const long = "a".repeat(100);
    const shape = { budget: 20, separator: "-" } as const;
    expect(physicalName([`${long}1`], shape)).not.toBe(physicalName([`${long}2`], shape));
  });

  it("give a rate limiter its own positive counters for each script", () => {
    fc.assert(
      fc.property(fc.string(), (script) => {
        expect(Number(rateLimitNamespace(script))).toBeGreaterThan(0);
        expect(rateLimitNamespace(script)).toMatch(/^\d{1,10}$/);
      }),
    );
    expect(rateLimitNamespace("edge-chat-dev")).not.toBe(rateLimitNamespace("edge-chat-staging"));
  });

  it("tell routes apart whose patterns read alike", () => {
    expect(routeResourceName("chat", "a.b/*")).not.toBe(routeResourceName("chat", "a-b/*"));
    expect(routeResourceName("chat", "localhost/*")).toMatch(/^chat-route-localhost-/);
  });
});
