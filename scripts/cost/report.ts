/** A month's bill as lines, and the cases of `docs/cost.md`. Pure: both come from here, so that they cannot disagree. */
import { SERVER_PRICES_AS_OF, serverBill } from "./central-server.ts";
import type { Measured } from "./measured.ts";
import { BASE_DOLLARS, dollarsOf, type Meter, PRICES, PRICES_AS_OF, SOURCES, type Usage } from "./prices.ts";
import { ASSUMED, articlesCode, type Load, pingsOf, USUAL, usageOf, withoutHibernation } from "./usage.ts";

const METERS = Object.keys(PRICES) as Meter[];

export const totalOf = (usage: Usage): number =>
  METERS.reduce((sum, meter) => sum + dollarsOf(meter, usage[meter]), BASE_DOLLARS);

const dollars = (value: number): string =>
  `$${value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
const count = (value: number): string => Math.round(value).toLocaleString("en");
/** What `ours` saves against `other`; the article claims 60-80 %. */
const saving = (ours: number, other: number): string => {
  const share = Math.round(100 * (1 - ours / other));
  return share >= 0 ? `${share} % saved` : `${(ours / other).toFixed(1)} times as much`;
};

export function billLines(load: Load, measured: Measured): string[] {
  const usage = usageOf(load, measured);
  const total = totalOf(usage);
  const awake = totalOf(withoutHibernation(load, measured));
  const article = totalOf(articlesCode(load, measured));
  const server = serverBill(load);
  const people = load.rooms * load.usersPerRoom;
  const pings = dollarsOf(
    "objectRequests",
    PRICES.objectRequests.included + pingsOf(load) / ASSUMED.messagesPerRequest,
  );
  const logged =
    totalOf(usageOf({ ...load, logShare: 1 }, measured)) -
    totalOf(usageOf({ ...load, logShare: 0 }, measured));
  return [
    `${count(load.rooms)} rooms of ${count(load.usersPerRoom)}, ${count(load.messagesPerDay)} messages a room and day, ` +
      `${load.hoursPerDay} hours a day, ${load.visitsPerDay} visits a person and day, ${load.regions} region(s)`,
    `Workers Paid plan: ${dollars(BASE_DOLLARS)}`,
    ...METERS.map((meter) => {
      const { name, unit, included } = PRICES[meter];
      const beyond = Math.max(0, usage[meter] - included);
      return `${name}: ${count(usage[meter])} ${unit}, ${count(beyond)} beyond the plan: ${dollars(dollarsOf(meter, usage[meter]))}`;
    }),
    `Together ${dollars(total)} a month${people === 0 ? "" : `, ${dollars((1000 * total) / people)} a thousand people`}`,
    `The same without hibernation: ${dollars(awake)} (${saving(total, awake)} by it)`,
    `The article's code, which stores nothing: ${dollars(article)} (${saving(total, article)} against it)`,
    `On ${count(server.servers)} servers in one place: ${dollars(server.dollars)} (${saving(total, server.dollars)}; prices as quoted on ${SERVER_PRICES_AS_OF})`,
    `Workers Logs of everything (observability.headSamplingRate 1) would add ${dollars(logged)}`,
    `Pings are read as free; if they were counted like messages: ${dollars(pings)} more`,
    `Counted ${measured.at.slice(0, 10)} in workerd ${measured.workerd}. Prices as of ${PRICES_AS_OF}: ${SOURCES.join(", ")}`,
  ];
}

/** The cases of `docs/cost.md`. */
export const CASES = [
  {
    ...USUAL,
    name: "an idle room: 100 people connected all day, who come once and say nothing",
    rooms: 1,
    usersPerRoom: 100,
    messagesPerDay: 0,
    hoursPerDay: 24,
    visitsPerDay: 1,
  },
  {
    ...USUAL,
    name: "a busy room: 1,000 people, one message a minute each, 8 hours",
    rooms: 1,
    usersPerRoom: 1000,
    messagesPerDay: 480_000,
  },
  {
    ...USUAL,
    name: "a million people in rooms of 20, 200 messages a room and day, 8 hours",
    rooms: 50_000,
    usersPerRoom: 20,
    messagesPerDay: 200,
  },
  {
    ...USUAL,
    name: "one room in nine regions: 1,000 people, 50,000 messages a day, all day",
    rooms: 1,
    usersPerRoom: 1000,
    messagesPerDay: 50_000,
    hoursPerDay: 24,
    regions: 9,
  },
] as const satisfies readonly (Load & { name: string })[];

export const caseTable = (measured: Measured): string[] => [
  "| case | a month | without hibernation | the article's code | servers in one place | Workers Logs of everything adds |",
  "| --- | --- | --- | --- | --- | --- |",
  ...CASES.map(({ name, ...load }) => {
    const ours = totalOf(usageOf(load, measured));
    const awake = totalOf(withoutHibernation(load, measured));
    const article = totalOf(articlesCode(load, measured));
    const server = serverBill(load).dollars;
    const logged = totalOf(usageOf({ ...load, logShare: 1 }, measured)) - ours;
    return `| ${name} | ${dollars(ours)} | ${dollars(awake)}: ${saving(ours, awake)} | ${dollars(article)}: ${saving(ours, article)} | ${dollars(server)}: ${saving(ours, server)} | ${dollars(logged)} |`;
  }),
];

/** What each case pays for, in dollars beyond the plan. */
export const meterTable = (measured: Measured): string[] => {
  const usages = CASES.map(({ name: _, ...load }) => usageOf(load, measured));
  return [
    `| | ${CASES.map(({ name }) => name.split(":")[0]?.split(" in rooms")[0]).join(" | ")} |`,
    `|${" --- |".repeat(CASES.length + 1)}`,
    ...METERS.map((meter) => {
      const cells = usages.map((usage) =>
        usage[meter] === 0 ? "0" : `${count(usage[meter])}: ${dollars(dollarsOf(meter, usage[meter]))}`,
      );
      return `| ${PRICES[meter].name}, ${PRICES[meter].unit} | ${cells.join(" | ")} |`;
    }),
  ];
};

export const priceTable = (): string[] => [
  "| what | included a month | beyond, a million | source |",
  "| --- | --- | --- | --- |",
  ...METERS.map((meter) => {
    const { name, unit, included, perMillion, source } = PRICES[meter];
    return `| ${name} (${unit}) | ${count(included)} | $${perMillion} | ${source} |`;
  }),
];
