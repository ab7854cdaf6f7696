/** What stood around the recordings: an empty account, and an API that failed on purpose. */
import { z } from "zod";
import type { TestAccount } from "../test-account.ts";
import type { RecordedCall } from "./recorded-calls.ts";

const withId = z.array(z.object({ id: z.string() }));

/** Deletes every Worker with its addresses, those without code too, and all KV namespaces. */
export async function emptyAccount(account: TestAccount): Promise<void> {
  const idsOf = async (path: string) => withId.parse((await account.call("GET", path)).result);
  for (const collection of [
    "A/workers/domains",
    "A/workers/scripts",
    "A/workers/workers",
    "A/storage/kv/namespaces",
    ...(await idsOf("/zones")).map(({ id }) => `/zones/${id}/workers/routes`),
  ])
    for (const { id } of await idsOf(collection)) {
      const { status, message } = await account.call("DELETE", `${collection}/${id}?force=true`);
      if (status !== 200) throw new Error(`${collection}/${id} cannot be deleted: ${message}`);
    }
}

const faultsUrl = (account: TestAccount): string => account.apiUrl.replace("/client/v4", "/__local/faults");

/** The next call of that method fails as the recorded one did. */
export async function armFault(account: TestAccount, call: RecordedCall): Promise<void> {
  const action =
    call.fault === "answer"
      ? {
          kind: "answer",
          status: call.status,
          body: call.text ?? JSON.stringify(call.response),
          headers: call.responseHeaders ?? {},
        }
      : { kind: "reset" };
  const when = call.fault?.startsWith("applied") === true ? "after" : "before";
  await setFaults(account, [{ method: call.method, path: ".", action, when }]);
}

export const disarmFaults = (account: TestAccount): Promise<void> => setFaults(account, []);

async function setFaults(account: TestAccount, faults: readonly object[]): Promise<void> {
  const response = await fetch(faultsUrl(account), {
    method: "POST",
    headers: { authorization: `Bearer ${account.apiToken}`, "content-type": "application/json" },
    body: JSON.stringify(faults),
  });
  if (!response.ok) throw new Error(`no fault could be set: ${await response.text()}`);
}

/** How many calls failed on purpose since the last one was set. */
export async function faultsMet(account: TestAccount): Promise<number> {
  const response = await fetch(faultsUrl(account), {
    headers: { authorization: `Bearer ${account.apiToken}` },
  });
  return z.object({ result: z.object({ met: z.number() }) }).parse(await response.json()).result.met;
}
