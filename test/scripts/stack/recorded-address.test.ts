import { expect, test } from "vitest";
import { recordedAddresses } from "../../../scripts/stack/recorded-address.ts";

const provider = { type: "pulumi:providers:cloudflare", inputs: { baseUrl: "http://127.0.0.1:1/client/v4" } };
const state = (...resources: object[]) => JSON.stringify({ deployment: { resources } });

test("the recorded address is the provider's, whatever else the state holds", () => {
  const other = { type: "pulumi:providers:pulumi", inputs: { baseUrl: "http://elsewhere" } };
  expect(recordedAddresses(state(other, provider, { type: "x:y:Z" }))).toEqual([provider.inputs.baseUrl]);
});

test("a stack that was never deployed, or on the provider's own address, has none", () => {
  expect(recordedAddresses(JSON.stringify({ deployment: {} }))).toEqual([]);
  expect(recordedAddresses(state({ type: provider.type, inputs: {} }))).toEqual([]);
});
