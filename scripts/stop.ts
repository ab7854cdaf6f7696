// npm stop: ends the local account, if one runs.
import { stopAccount } from "./start/account-process.ts";
import { fail, say } from "./toolchain/steps.ts";

try {
  say((await stopAccount()) ? "✓ local account stopped" : "✓ no local account is running");
} catch (error) {
  fail(error);
}
