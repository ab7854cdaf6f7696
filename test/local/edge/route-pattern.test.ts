import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bySpecificity,
  matches,
  type ParsedPattern,
  parsePattern,
  type RoutePattern,
} from "../../../local/edge/route-pattern.ts";

function valid(pattern: string): RoutePattern {
  const parsed: ParsedPattern = parsePattern(pattern);
  if ("problem" in parsed) throw new Error(`${pattern}: ${parsed.problem}`);
  return parsed;
}

const hit = (pattern: string, host: string, path: string) => matches(valid(pattern), host, path);

describe("a route pattern", () => {
  it.each([
    ["example.com/*", "example.com", "/", true],
    ["example.com/*", "example.com", "/a/b", true],
    ["example.com/*", "www.example.com", "/", false],
    ["*example.com/*", "example.com", "/", true],
    ["*example.com/*", "www.example.com", "/", true],
    ["*example.com/*", "myexample.com", "/", true],
    ["*.example.com/*", "www.example.com", "/", true],
    ["*.example.com/*", "example.com", "/", false],
    ["*.example.com/*", "notexample.com", "/", false],
    ["example.com/api*", "example.com", "/api", true],
    ["example.com/api*", "example.com", "/apis/1", true],
    ["example.com/api/*", "example.com", "/api", false],
    ["example.com/exact", "example.com", "/exact", true],
    ["example.com/exact", "example.com", "/exact/more", false],
    ["example.com", "example.com", "/", true],
    ["example.com", "example.com", "/a", false],
    ["https://example.com/*", "example.com", "/a", true],
    ["Example.COM/*", "example.com", "/a", true],
  ])("%s against %s%s is %s", (pattern, host, path, expected) => {
    expect(hit(pattern, host, path)).toBe(expected);
  });

  it.each([
    ["exa*mple.com/*", "beginning of the host"],
    ["example.com/*/x", "end of the path"],
    ["example.com/a?b=1", "query"],
    ["/only/path", "no host"],
  ])("%s is refused: %s", (pattern, reason) => {
    expect(parsePattern(pattern)).toMatchObject({ problem: expect.stringContaining(reason) });
  });
});

describe("the most specific pattern wins", () => {
  it.each([
    ["www.example.com/*", "*.example.com/*"],
    ["www.example.com/*", "*example.com/hello/*"],
    ["*.api.example.com/*", "*.example.com/very/long/path/*"],
    ["example.com/hello/*", "example.com/*"],
    ["example.com/hello", "example.com/hello*"],
    ["*.example.com/*", "*example.com/*"],
  ])("%s over %s", (special, general) => {
    expect(bySpecificity(valid(special), valid(general))).toBeLessThan(0);
    expect(bySpecificity(valid(general), valid(special))).toBeGreaterThan(0);
  });
});

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
const path = fc.array(label, { maxLength: 4 }).map((labels) => `/${labels.join("/")}`);

describe("for all hosts and paths", () => {
  it("a pattern without wildcards matches exactly itself", () => {
    fc.assert(
      fc.property(host, path, host, path, (h1, p1, h2, p2) => {
        expect(hit(`${h1}${p1}`, h2, p2)).toBe(h1 === h2 && p1 === p2);
      }),
    );
  });

  it("loosening a pattern never loses a match", () => {
    fc.assert(
      fc.property(host, path, path, (h, p, more) => {
        expect(hit(`${h}${p}*`, h, `${p}${more}`)).toBe(true);
        expect(hit(`*${h}${p}*`, h, `${p}${more}`)).toBe(true);
        expect(hit(`*.${h}/*`, `sub.${h}`, p)).toBe(true);
      }),
    );
  });

  it("specificity is an order: antisymmetric, and the loosened pattern comes last", () => {
    fc.assert(
      fc.property(host, path, host, path, (h1, p1, h2, p2) => {
        const left = valid(`${h1}${p1}`);
        const right = valid(`*${h2}${p2}*`);
        expect(Math.sign(bySpecificity(left, right))).toBe(-Math.sign(bySpecificity(right, left)));
        expect(bySpecificity(valid(`${h1}${p1}`), valid(`*${h1}${p1}*`))).toBeLessThan(0);
      }),
    );
  });
});
