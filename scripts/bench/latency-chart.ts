/** Groups of bars, one group a place: how long its people wait, by design. SVG text, readable on light and dark pages. Pure. */

const WIDTH = 720;
const HEIGHT = 330;
const [LEFT, RIGHT, TOP, BOTTOM] = [48, 12, 66, 34];
const INK = "#6b7280";
const COLORS = ["#94a3b8", "#d97706", "#7c3aed", "#2563eb"] as const;

export interface Group {
  readonly name: string;
  /** One a series, ms: the bar, and how far its thin line goes. */
  readonly bars: readonly { readonly p50: number; readonly p99: number }[];
  /** What physics allows, ms; a dashed line over the group. */
  readonly floor: number;
}

const text = (x: number, y: number, words: string, anchor = "start"): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${INK}">${words}</text>`;

export function groupedBars(title: string, series: readonly string[], groups: readonly Group[]): string {
  const highest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ p99 }) => p99)));
  const step = highest > 200 ? 100 : 50;
  const top = Math.ceil(highest / step) * step;
  const y = (ms: number): number => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * ms) / top;
  const wide = (WIDTH - LEFT - RIGHT) / groups.length;
  const thin = (wide * 0.72) / series.length;
  const lines = Array.from({ length: top / step + 1 }, (_, index) => index * step);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${title}</title>`,
    text(0, 16, title),
    ...series.flatMap((name, index) => [
      `<rect x="${LEFT + index * 160}" y="28" width="12" height="12" rx="2" fill="${COLORS[index]}"/>`,
      text(LEFT + index * 160 + 18, 39, name),
    ]),
    ...lines.flatMap((ms) => [
      `<path d="M${LEFT} ${y(ms).toFixed(1)}H${WIDTH - RIGHT}" stroke="${INK}" stroke-opacity=".3"/>`,
      text(LEFT - 6, y(ms) + 4, String(ms), "end"),
    ]),
    ...groups.flatMap(({ name, bars, floor }, at) => {
      const left = LEFT + at * wide + wide * 0.14;
      return [
        text(LEFT + (at + 0.5) * wide, HEIGHT - 10, name, "middle"),
        ...bars.flatMap(({ p50, p99 }, index) => {
          const x = left + index * thin;
          const middle = (x + (thin - 2) / 2).toFixed(1);
          return [
            `<rect x="${x.toFixed(1)}" y="${y(p50).toFixed(1)}" width="${(thin - 2).toFixed(1)}" height="${(y(0) - y(p50)).toFixed(1)}" rx="2" fill="${COLORS[index]}"/>`,
            `<path d="M${middle} ${y(p50).toFixed(1)}V${y(p99).toFixed(1)}" stroke="${INK}" stroke-width="1.5"/>`,
          ];
        }),
        ...(floor > 0
          ? [
              `<path d="M${left.toFixed(1)} ${y(floor).toFixed(1)}h${(thin * bars.length).toFixed(1)}" stroke="#dc2626" stroke-width="2" stroke-dasharray="5 3"/>`,
            ]
          : []),
      ];
    }),
    "</svg>",
    "",
  ].join("\n");
}
