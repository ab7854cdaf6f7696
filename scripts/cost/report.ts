/** A month's bill as lines. */
import { BASE_DOLLARS, dollarsOf, type Meter, PRICES, PRICES_AS_OF, SOURCES, type Usage } from "./prices.ts";
import { type Load, usageOf, withoutHibernation } from "./usage.ts";

const METERS = Object.keys(PRICES) as Meter[];

export const totalOf = (usage: Usage): number =>
  METERS.reduce((sum, meter) => sum + dollarsOf(meter, usage[meter]), BASE_DOLLARS);

const dollars = (value: number): string => `$${value.toFixed(2)}`;
const count = (value: number): string => Math.round(value).toLocaleString("en");

export function billLines(load: Load): string[] {
  const usage = usageOf(load);
  const total = totalOf(usage);
  const awake = totalOf(withoutHibernation(load));
  const people = load.rooms * load.usersPerRoom;
  return [
    `${count(load.rooms)} rooms of ${count(load.usersPerRoom)}, ${count(load.messagesPerDay)} messages a room and day, ` +
      `${load.hoursPerDay} hours a day, ${load.regions} region(s)`,
    `Workers Paid plan: ${dollars(BASE_DOLLARS)}`,
    ...METERS.map((meter) => {
      const { name, unit, included } = PRICES[meter];
      const beyond = Math.max(0, usage[meter] - included);
      return `${name}: ${count(usage[meter])} ${unit}, ${count(beyond)} beyond the plan: ${dollars(dollarsOf(meter, usage[meter]))}`;
    }),
    `Together ${dollars(total)} a month${people === 0 ? "" : `, ${dollars((1000 * total) / people)} a thousand people`}`,
    `The same without hibernation: ${dollars(awake)}`,
    `Prices as of ${PRICES_AS_OF}: ${SOURCES.join(", ")}`,
  ];
}

/** The cases of `docs/performance.md`. */
export const CASES = [
  { name: "an idle room", rooms: 1, usersPerRoom: 100, messagesPerDay: 0, hoursPerDay: 24, regions: 1 },
  {
    name: "a busy room: 1,000 people, one message a minute each, 8 hours",
    rooms: 1,
    usersPerRoom: 1000,
    messagesPerDay: 480_000,
    hoursPerDay: 8,
    regions: 1,
  },
  {
    name: "a million people in rooms of 20, 200 messages a room and day",
    rooms: 50_000,
    usersPerRoom: 20,
    messagesPerDay: 200,
    hoursPerDay: 8,
    regions: 1,
  },
  {
    name: "one room in nine regions, 1,000 people",
    rooms: 1,
    usersPerRoom: 1000,
    messagesPerDay: 50_000,
    hoursPerDay: 24,
    regions: 9,
  },
] as const satisfies readonly (Load & { name: string })[];

export const caseTable = (): string[] => [
  "| case | a month | without hibernation |",
  "| --- | --- | --- |",
  ...CASES.map(({ name, ...load }) => {
    const [asleep, awake] = [totalOf(usageOf(load)), totalOf(withoutHibernation(load))];
    return `| ${name} | ${dollars(asleep)} | ${dollars(awake)} |`;
  }),
];
