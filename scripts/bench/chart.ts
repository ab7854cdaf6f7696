/** Two kinds of chart as SVG text, readable on light and dark pages. Pure. */

const WIDTH = 720;
const FONT = 'font-family="system-ui, sans-serif" font-size="13"';
const COLORS = ["#2563eb", "#0891b2", "#d97706", "#dc2626", "#7c3aed", "#059669", "#64748b"] as const;
const INK = "#6b7280";

const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

const svg = (height: number, title: string, body: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" ${FONT}>`,
    `<title>${escaped(title)}</title>`,
    ...body,
    "</svg>",
    "",
  ].join("\n");

const label = (x: number, y: number, text: string, anchor = "start", fill = INK): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${fill}">${escaped(text)}</text>`;

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly text: string;
}

export function barChart(title: string, bars: readonly Bar[]): string {
  const left = 110;
  const right = 150;
  const row = 30;
  const highest = Math.max(...bars.map(({ most }) => most), 1e-9);
  const scale = (value: number) => ((WIDTH - left - right) * value) / highest;
  return svg(50 + bars.length * row, title, [
    label(0, 20, title),
    ...bars.flatMap(({ name, value, least, most, text }, index) => {
      const y = 40 + index * row;
      const color = COLORS[index % COLORS.length];
      return [
        label(left - 8, y + 14, name, "end"),
        `<rect x="${left}" y="${y}" width="${Math.max(scale(value), 1).toFixed(1)}" height="18" rx="2" fill="${color}"/>`,
        `<path d="M${(left + scale(least)).toFixed(1)} ${y + 9}H${(left + scale(most)).toFixed(1)}" stroke="${INK}" stroke-width="2"/>`,
        label(left + scale(most) + 8, y + 14, text),
      ];
    }),
  ]);
}

export interface Line {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Both axes logarithmic: rates and latencies span four decades. */
export function lineChart(title: string, xName: string, yName: string, lines: readonly Line[]): string {
  const [left, top, right, bottom] = [60, 40, 130, 50];
  const height = 380;
  const xs = lines.flatMap(({ points }) => points.map(({ x }) => x));
  const ys = lines.flatMap(({ points }) => points.map(({ y }) => Math.max(y, 0.1)));
  const range = (values: readonly number[]) => [
    Math.floor(Math.log10(Math.min(...values, 1))),
    Math.ceil(Math.log10(Math.max(...values, 10))),
  ];
  const [yLow = 0, yHigh = 1] = range(ys);
  const xLow = Math.log10(Math.min(...xs));
  const xHigh = Math.log10(Math.max(...xs));
  const x = (value: number) =>
    left + ((WIDTH - left - right) * (Math.log10(value) - xLow)) / Math.max(xHigh - xLow, 1e-9);
  const y = (value: number) =>
    height -
    bottom -
    ((height - top - bottom) * (Math.log10(Math.max(value, 0.1)) - yLow)) / Math.max(yHigh - yLow, 1e-9);
  const decades = Array.from({ length: yHigh - yLow + 1 }, (_, index) => 10 ** (yLow + index));
  return svg(height, title, [
    label(0, 20, title),
    ...decades.flatMap((value) => [
      `<path d="M${left} ${y(value).toFixed(1)}H${WIDTH - right}" stroke="${INK}" stroke-opacity=".3"/>`,
      label(left - 8, y(value) + 4, String(value), "end"),
    ]),
    ...[...new Set(xs)].map((value) => label(x(value), height - bottom + 20, String(value), "middle")),
    label((WIDTH - right + left) / 2, height - 8, xName, "middle"),
    label(left, top - 6, yName),
    ...lines.flatMap(({ name, points }, index) => {
      const color = COLORS[index % COLORS.length] ?? INK;
      const path = points.map(
        (point, at) => `${at === 0 ? "M" : "L"}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`,
      );
      return [
        `<path d="${path.join("")}" fill="none" stroke="${color}" stroke-width="2"/>`,
        ...points.map(
          (point) =>
            `<circle cx="${x(point.x).toFixed(1)}" cy="${y(point.y).toFixed(1)}" r="3" fill="${color}"/>`,
        ),
        label(WIDTH - right + 12, top + 16 + index * 20, name, "start", color),
      ];
    }),
  ]);
}
