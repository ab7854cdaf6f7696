/**
 * The same figures as a Grafana dashboard, over the data source that Cloudflare recommends
 * (https://developers.cloudflare.com/analytics/analytics-engine/grafana/): `$from`, `$to` (Unix seconds) and `$interval`
 * (seconds) are that plugin's macros.
 */
import { bucketExpression, columnOf } from "../../worker/metrics.ts";
import { REJECTIONS, WAIT_COLUMNS } from "./queries.ts";

const DATA_SOURCE = "vertamedia-clickhouse-datasource";
/** Grafana's grid is 24 wide. */
const COLUMNS = 2;
const WIDTH = 12;
const HEIGHT = 8;

const TIME = "intDiv(toUInt32(timestamp), $interval) * $interval * 1000 AS t";
const weighted = (value: string) => `SUM(_sample_interval * ${value})`;

interface Panel {
  readonly title: string;
  /** Of Grafana's units. */
  readonly unit: string;
  readonly stacked: boolean;
  readonly query: string;
}

/** What is shown, with the query of each panel as the plugin gets it. */
export function dashboardPanels(dataset: string): Panel[] {
  const points = `FROM "${dataset}" WHERE ${columnOf("kind")} = 'room' AND timestamp >= toDateTime($from) AND timestamp <= toDateTime($to)`;
  const [region, room] = [columnOf("region"), columnOf("room")];
  /** What a room said last in a step, summed over the rooms of a region. */
  const level = (name: "users" | "connections") =>
    `SELECT t, region, SUM(last) AS ${name} FROM (SELECT ${TIME}, ${region} AS region, ${room} AS room, argMax(${columnOf(name)}, timestamp) AS last ${points} GROUP BY t, region, room) GROUP BY t, region ORDER BY t, region`;
  const columns = (values: readonly (readonly [string, string])[]) =>
    `SELECT ${[TIME, ...values.map(([name, value]) => `${weighted(value)} AS ${name}`)].join(", ")} ${points} GROUP BY t ORDER BY t`;
  return [
    { title: "Users by region", unit: "short", stacked: true, query: level("users") },
    {
      title: "Rooms",
      unit: "short",
      stacked: false,
      query: `SELECT ${TIME}, COUNT(DISTINCT ${room}) AS rooms ${points} GROUP BY t ORDER BY t`,
    },
    {
      title: "Messages a second by region",
      unit: "reqps",
      stacked: true,
      query: `SELECT ${TIME}, ${region} AS region, ${weighted(columnOf("accepted"))} / $interval AS messages ${points} GROUP BY t, region ORDER BY t, region`,
    },
    {
      title: "Messages by their wait in the room, ms at most",
      unit: "short",
      stacked: true,
      query: columns(WAIT_COLUMNS.map((name, bucket) => [name, bucketExpression(bucket)])),
    },
    {
      title: "Turned away, by reason",
      unit: "short",
      stacked: true,
      query: columns(REJECTIONS.map((reason) => [reason, columnOf(reason)])),
    },
    { title: "Connections by region", unit: "short", stacked: true, query: level("connections") },
  ];
}

/** To be imported into Grafana, which asks for the data source. */
export function dashboard(stack: string, dataset: string): object {
  return {
    __inputs: [{ name: "DATASET", label: "Analytics Engine", type: "datasource", pluginId: DATA_SOURCE }],
    title: `Chat, ${stack}`,
    uid: `chat-${stack}`,
    tags: ["edge-websocket-chat"],
    time: { from: "now-6h", to: "now" },
    refresh: "1m",
    panels: dashboardPanels(dataset).map(({ title, unit, stacked, query }, index) => ({
      id: index + 1,
      title,
      type: "timeseries",
      datasource: { type: DATA_SOURCE, uid: "$" + "{DATASET}" },
      gridPos: {
        x: (index % COLUMNS) * WIDTH,
        y: Math.floor(index / COLUMNS) * HEIGHT,
        w: WIDTH,
        h: HEIGHT,
      },
      fieldConfig: {
        defaults: { unit, custom: { stacking: { mode: stacked ? "normal" : "none" }, fillOpacity: 20 } },
        overrides: [],
      },
      targets: [
        { refId: "A", query, rawQuery: true, format: "time_series", interval: "1m", extrapolate: false },
      ],
    })),
  };
}
