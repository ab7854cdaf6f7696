import { describe, expect, it } from "vitest";
import { type Ownership, refuseForeignNamespace } from "../../../scripts/up/adoption.ts";

const wanted = (kind: string) => ({
  urn: `urn:pulumi:dev::p::${kind}::x`,
  type: `cloudflare:index/${kind}`,
  parent: undefined,
  inputs: { title: "edge-chat-dev-directory" },
});
const namespace = wanted("workersKvNamespace:WorkersKvNamespace");
const route = wanted("workersRoute:WorkersRoute");
const overtaken: Ownership = {
  scriptName: "edge-chat-dev",
  tag: "v1",
  scriptInState: false,
  adoptScript: undefined,
};

describe("a namespace that the state does not know", () => {
  it("is somebody else's when a script lives that this state never held: it is not imported", () => {
    expect(() => refuseForeignNamespace([namespace], overtaken)).toThrow(
      /Somebody else deployed edge-chat-dev .*tag: v1.*"edge-chat-dev-directory" is not this stack's/,
    );
  });

  it("is this stack's own while no script lives, or the state holds it, or it is taken over by name", () => {
    refuseForeignNamespace([namespace], { ...overtaken, tag: "none" });
    refuseForeignNamespace([namespace], { ...overtaken, scriptInState: true });
    refuseForeignNamespace([namespace], { ...overtaken, adoptScript: "edge-chat-dev" });
    expect(() => refuseForeignNamespace([namespace], { ...overtaken, adoptScript: "another" })).toThrow(
      "Somebody else",
    );
  });

  it("is not what a route is judged by, which follows the script", () => {
    expect(() => refuseForeignNamespace([route], overtaken)).not.toThrow();
  });
});
