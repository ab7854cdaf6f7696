import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COLOS } from "../../../local/edge/colos.ts";
import { requestCf } from "../../../local/edge/visitor.ts";
import { REGIONS, type Region } from "../../../worker/bindings.ts";
import { byNearness, distance, type Regions } from "../../../worker/placement/by-nearness.ts";
import { CONTINENT_PLACES, type Place, REGION_PLACES } from "../../../worker/placement/region-places.ts";

const EARTH_KM = 6371;
const place = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});
const regions = fc
  .uniqueArray(fc.constantFrom(...REGIONS), { minLength: 1 })
  .map((some) => some as [Region, ...Region[]]);
const texts = ({ latitude, longitude }: Place) => ({
  latitude: latitude.toFixed(5),
  longitude: longitude.toFixed(5),
});

describe("distance", () => {
  it("is what maps say: Frankfurt to Tokyo 9,350 km, London to New York 5,560 km, Auckland to Santiago 9,680 km", () => {
    const km = (a: Place, b: Place) => Math.round((EARTH_KM * distance(a, b)) / 10) * 10;
    const at = (latitude: number, longitude: number): Place => ({ latitude, longitude });
    expect(km(at(50.03, 8.54), at(35.76, 140.39))).toBeCloseTo(9350, -2);
    expect(km(at(51.47, -0.46), at(40.69, -74.17))).toBeCloseTo(5560, -2);
    expect(km(at(-37.01, 174.79), at(-33.39, -70.79))).toBeCloseTo(9680, -2);
  });

  it("is a metric: none to itself, the same both ways, never longer than by a third place or half the globe", () => {
    fc.assert(
      fc.property(place, place, place, (a, b, c) => {
        expect(distance(a, a)).toBe(0);
        expect(distance(a, b)).toBeCloseTo(distance(b, a), 9);
        expect(distance(a, b)).toBeLessThanOrEqual(Math.PI);
        expect(distance(a, c)).toBeLessThanOrEqual(distance(a, b) + distance(b, c) + 1e-6);
      }),
    );
  });
});

describe("a visitor with coordinates", () => {
  it("gets every configured region once, the nearest first", () => {
    fc.assert(
      fc.property(place, regions, (here, configured) => {
        const found = byNearness(texts(here), configured);
        expect([...found].sort()).toEqual([...configured].sort());
        const far = found.map((region) => distance(here, REGION_PLACES[region]));
        // Five digits of a degree are a metre.
        for (const [index, next] of far.slice(1).entries())
          expect(next).toBeGreaterThanOrEqual((far[index] ?? 0) - 1e-6);
      }),
    );
  });

  it("is served by the region they stand in", () => {
    for (const region of REGIONS)
      expect(byNearness(texts(REGION_PLACES[region]), REGIONS as Regions)[0]).toBe(region);
  });

  it("finds the date line and the poles to be no border", () => {
    const oc = byNearness({ latitude: "-17.7", longitude: "-179.9" }, ["sam", "oc"]);
    expect(oc).toEqual(byNearness({ latitude: "-17.7", longitude: "179.9" }, ["sam", "oc"]));
    expect(oc[0]).toBe("oc");
    expect(byNearness({ latitude: "89.9", longitude: "-170" }, ["weur", "oc"])[0]).toBe("weur");
  });

  it.each([
    ["NRT", "apac"],
    ["SIN", "apac"],
    ["BOM", "apac"],
    ["SYD", "apac"],
    ["AKL", "apac"],
    ["FRA", "weur"],
    ["LHR", "weur"],
    ["WAW", "weur"],
    ["DXB", "weur"],
    ["JNB", "weur"],
    ["IAD", "enam"],
    ["SJC", "enam"],
    ["MEX", "enam"],
    ["GRU", "enam"],
  ])("who comes in at %s sits in %s, of Europe, America's east and Asia", (colo, region) => {
    expect(byNearness(requestCf(colo, "2"), ["weur", "enam", "apac"])[0]).toBe(region);
  });

  it("keeps the configured order where two regions are equally near", () => {
    fc.assert(
      fc.property(place, regions, (here, [first]) => {
        const twice: Regions = [first, first];
        expect(byNearness(texts(here), twice)).toEqual(twice);
      }),
    );
  });
});

describe("a visitor without coordinates", () => {
  const configured: Regions = ["weur", "enam", "apac", "sam", "oc", "afr"];

  it.each([
    ["EU", "weur"],
    ["NA", "enam"],
    ["AS", "apac"],
    ["SA", "sam"],
    ["OC", "oc"],
    ["AF", "afr"],
    ["AN", "oc"],
  ])("is placed by continent: %s in %s", (continent, region) => {
    expect(byNearness({ continent }, configured)[0]).toBe(region);
    for (const broken of ["", " ", "north", "91", "NaN", "Infinity", null, undefined])
      expect(byNearness({ continent, latitude: broken, longitude: "8" }, configured)[0]).toBe(region);
  });

  it("and without a continent gets the regions as they are configured", () => {
    for (const visitor of [{}, { continent: "T1" }, { latitude: "50" }, { longitude: "8", continent: null }])
      expect(byNearness(visitor, configured)).toEqual(configured);
  });
});

it("one configured region serves everybody, wherever they are", () => {
  fc.assert(
    fc.property(
      place,
      fc.constantFrom(...REGIONS),
      fc.constantFrom(...CONTINENT_PLACES.keys()),
      (here, region, continent) => {
        expect(byNearness(texts(here), [region])).toEqual([region]);
        expect(byNearness({ continent }, [region])).toEqual([region]);
      },
    ),
  );
});

it("a region that this code does not know yet comes last", () => {
  const newer = ["moon", "weur"] as unknown as Regions;
  expect(byNearness({ continent: "OC" }, newer)).toEqual(["weur", "moon"]);
});

it("every place of the local edge has coordinates that placement can read", () => {
  for (const colo of Object.keys(COLOS))
    expect(byNearness(requestCf(colo, "2"), ["sam", "me"])).toHaveLength(2);
});
