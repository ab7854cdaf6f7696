// Takes the lock named by its argument and keeps it until it is killed.
import { exclusively } from "../../../scripts/toolchain/exclusive.ts";

await exclusively(
  process.argv[2] ?? "",
  () => {},
  () => new Promise(() => setInterval(() => {}, 1_000)),
);
