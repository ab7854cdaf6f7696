/**
 * Every name below `.localhost` means this machine (RFC 6761), and the local account's edge answers under many of them;
 * but not every system's resolver knows. Importing this file teaches it to `fetch` and `WebSocket`.
 */
import dns from "node:dns";

type Answered = (error: Error | null, address: string | dns.LookupAddress[], family?: number) => void;

const system = dns.lookup;
const LOOPBACK = { address: "127.0.0.1", family: 4 };

function lookup(hostname: string, options: dns.LookupOptions, answered: Answered): void {
  if (!hostname.endsWith(".localhost")) system(hostname, options, answered);
  else if (options.all) process.nextTick(answered, null, [LOOPBACK]);
  else process.nextTick(answered, null, LOOPBACK.address, LOOPBACK.family);
}
dns.lookup = lookup as typeof dns.lookup; // Node's sockets call it with all three arguments, never in the shorter forms
