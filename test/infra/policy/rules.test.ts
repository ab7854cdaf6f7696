import { describe, expect, it } from "vitest";
import { RULES, violations } from "../../../infra/policy/rules.ts";
import { deletedClasses, type Seen, TYPES } from "../../../infra/policy/seen.ts";

const around = { now: new Date("2026-11-24T12:00:00Z"), productionStacks: ["production", "eu-live"] };
const script = (props: Record<string, unknown>, stack = "production"): Seen => ({
  type: TYPES.script,
  urn: `urn:pulumi:${stack}::edge-websocket-chat::${TYPES.script}::chat-script`,
  props,
  protect: true,
});
const said = (name: string, resource: Seen): string => {
  const rule = RULES.find((one) => one.name === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return violations(rule, resource, around).join("\n");
};
const bound = (...bindings: Record<string, unknown>[]) => script({ bindings });

describe("the compatibility date", () => {
  const dated = (compatibilityDate: unknown) =>
    said("compatibility-date-fresh", script({ compatibilityDate }));

  it("may be a year old, and not a day more", () => {
    expect(dated("2025-11-25")).toBe("");
    expect(dated("2025-11-23")).toMatch(/2025-11-23 is 366 days old/);
  });

  it("must be there, and a date", () => {
    expect(dated(undefined)).toMatch(/\(none\) is no date/);
    expect(dated("soon")).toMatch(/soon is no date/);
  });
});

describe("secrets", () => {
  it("may be secret texts, keys, or kept from the version before", () => {
    expect(
      said(
        "secrets-only-as-secrets",
        bound(
          { name: "SESSION_KEY", type: "secret_text", text: "a-long-enough-secret" },
          { name: "TICKET_KEY", type: "inherit" },
          { name: "MAIL_PASSWORD", type: "secret_key" },
          { name: "VERSION", type: "plain_text", text: "abc" },
        ),
      ),
    ).toBe("");
  });

  it("are known by name, also ones that come later", () => {
    const open = (name: string) =>
      said("secrets-only-as-secrets", bound({ name, type: "plain_text", text: "x" }));
    for (const name of ["SESSION_KEY", "MAIL_PASSWORD", "API_TOKEN", "SECRET"])
      expect(open(name)).toContain(`binding ${name} is plain_text`);
    for (const name of ["MONKEY", "KEYBOARD", "TOKENIZER"]) expect(open(name)).toBe("");
  });

  it("do not hide inside another value", () => {
    const secret = { name: "SESSION_KEY", type: "secret_text", text: "a-long-enough-secret" };
    const json = JSON.stringify({ inside: ["a-long-enough-secret"] });
    expect(said("secrets-only-as-secrets", bound(secret, { name: "CHAT", type: "json", json }))).toMatch(
      /binding CHAT \(json\) contains the value of secret SESSION_KEY/,
    );
  });
});

describe("class deletion", () => {
  it("is seen in one step and in many", () => {
    expect(
      deletedClasses(script({ migrations: { oldTag: "v1", newTag: "v2", deletedClasses: ["A"] } })),
    ).toEqual(["A"]);
    const steps = [{ newSqliteClasses: ["B"] }, { deletedClasses: ["A"] }];
    expect(deletedClasses(script({ migrations: { oldTag: "v1", newTag: "v3", steps } }))).toEqual(["A"]);
  });

  it("loses nothing in a first upload, which has no tag to go on from", () => {
    const steps = [{ newSqliteClasses: ["A"] }, { deletedClasses: ["A"] }];
    expect(deletedClasses(script({ migrations: { newTag: "v2", steps } }))).toEqual([]);
    expect(deletedClasses(script({}))).toEqual([]);
  });
});

describe("rules of production", () => {
  const open = { bindings: [{ name: "CHAT", type: "json", json: '{"allowedOrigins":["*"]}' }] };

  it("hold for the stacks that are named production, and no others", () => {
    expect(said("no-wildcard-origin-in-production", script(open))).toMatch(/allowedOrigins is \*/);
    expect(said("no-wildcard-origin-in-production", script(open, "eu-live"))).not.toBe("");
    expect(said("no-wildcard-origin-in-production", script(open, "production-copy"))).toBe("");
  });

  it("speak of nothing that is not known yet", () => {
    expect(said("no-wildcard-origin-in-production", script({}))).toBe("");
    expect(said("secrets-only-as-secrets", script({ bindings: null }))).toBe("");
  });

  it("name logs that are switched off inside observability that is on", () => {
    expect(
      said("observability-on", script({ observability: { enabled: true, logs: { enabled: false } } })),
    ).toMatch(/keeps no logs/);
  });

  it("refuse preview addresses on workers.dev as well", () => {
    const subdomain = { ...script({ enabled: false, previewsEnabled: true }), type: TYPES.subdomain };
    expect(said("no-workers-dev-in-production", subdomain)).toMatch(/preview addresses/);
  });
});
