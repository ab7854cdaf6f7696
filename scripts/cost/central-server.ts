/**
 * The same chat on servers in one place, for comparison: machines for the peak, which run day and night, behind a load
 * balancer, and their traffic. What a database, a message bus between the servers and the work on them cost is left out.
 */
import { DAYS, type Load } from "./usage.ts";

export const SERVER_PRICES_AS_OF = "2026-09-20";
/** Amazon EC2 and its load balancer in us-east-1, on demand, as others quoted Amazon's pages: not verified at the source. */
export const SERVER_PRICES = {
  /** Dollars an hour of an m7g.large: 2 cores, 8 GiB. */
  serverHour: 0.0816,
  balancerHour: 0.0225,
  /** Dollars an hour for each 3,000 connections or 1 GB an hour, whichever is more. */
  capacityHour: 0.008,
  /** Dollars a GB sent to the Internet, beyond the first 100 a month. */
  trafficGb: 0.09,
} as const;

export const SERVER_ASSUMED = {
  /** Connections that a server holds. */
  connections: 20_000,
  /** One more than needed, so that one may fail. */
  spare: 1,
  /** Bytes of a message to one person, with its frame. */
  messageBytes: 350,
} as const;

const HOURS = 24 * DAYS;
const GB = 1e9;
const CONNECTIONS_PER_UNIT = 3_000;
const FREE_GB = 100;

export interface ServerBill {
  readonly servers: number;
  readonly dollars: number;
}

export function serverBill({ rooms, usersPerRoom, messagesPerDay }: Load): ServerBill {
  const connections = rooms * usersPerRoom;
  const servers = Math.ceil(connections / SERVER_ASSUMED.connections) + SERVER_ASSUMED.spare;
  const gb = (rooms * messagesPerDay * DAYS * usersPerRoom * SERVER_ASSUMED.messageBytes) / GB;
  const units = Math.max(connections / CONNECTIONS_PER_UNIT, gb / HOURS);
  const { serverHour, balancerHour, capacityHour, trafficGb } = SERVER_PRICES;
  return {
    servers,
    dollars:
      HOURS * (servers * serverHour + balancerHour + units * capacityHour) +
      Math.max(0, gb - FREE_GB) * trafficGb,
  };
}
