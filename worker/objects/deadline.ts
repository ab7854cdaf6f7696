/** An RPC call that may take only so long, and whose answer is disposed however late it comes. */

/** @throws Error when `call` has not answered after `ms`; the call's own error otherwise. */
export async function answered(call: Promise<unknown>, ms: number, what: string): Promise<unknown> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} did not answer within ${ms} ms`)), ms);
  // What is disposed are the runtime's stubs behind it: an answer of plain values stays readable.
  const settled = call.then((answer) => {
    dispose(answer);
    return answer;
  });
  settled.catch(() => {});
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}

function dispose(answer: unknown): void {
  if (typeof answer !== "object" || answer === null || !(Symbol.dispose in answer)) return;
  const end = answer[Symbol.dispose];
  if (typeof end === "function") end.call(answer);
}
