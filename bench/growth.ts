/**
 * Cost of a session as their number grows, for the docs: `npx tsx bench/growth.ts` writes docs/images/growth.svg. CPU per
 * chunk at the same 4000 chunks a second over all sessions, so that only the number of sessions differs.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LoadInput, LoadResult } from './support/measure';
import type { MemoryInput, MemoryResult } from './support/memory';
import { run, startSink } from './support/processes';
import { median, round } from './support/statistics';

const COUNTS = [1, 10, 100, 1000, 2000, 5000];
const CHUNKS_PER_SECOND = 4000;
/** A session would be paced if it got more than this. */
const MIN_EVERY_MS = 6;
const REPEATS = 3;
const MIN_WARM_UP_MS = 5000;
/** Two sentences of the service, because all memory for audio is new until the first one ends. */
const WARM_UP_CHUNKS = 60;
const CLIENTS = ['ours', 'bare'] as const;
type Side = (typeof CLIENTS)[number];

interface Point {
  sessions: number;
  cpuUs: Record<Side, number>;
  memoryKb: Record<Side, number>;
}

async function main(): Promise<void> {
  const points: Point[] = [];
  for (const sessions of COUNTS) {
    const cpuUs = await both((client) => cpuOf(client, sessions));
    const memoryKb = await both((client) => memoryOf(client, sessions));
    points.push({ sessions, cpuUs, memoryKb });
    console.log(JSON.stringify(points.at(-1)));
  }
  writeFileSync(path.join(__dirname, '../docs/images/growth.svg'), chart(points));
}

async function both(measure: (client: Side) => Promise<number>): Promise<Record<Side, number>> {
  const results: Record<Side, number[]> = { ours: [], bare: [] };
  for (let i = 0; i < REPEATS; i += 1) {
    for (const client of CLIENTS) results[client].push(await measure(client));
  }
  return { ours: round(median(results.ours)), bare: round(median(results.bare)) };
}

async function cpuOf(client: Side, sessions: number): Promise<number> {
  const sink = await startSink();
  const everyMs = Math.max(MIN_EVERY_MS, (sessions * 1000) / CHUNKS_PER_SECOND);
  const warmUpMs = Math.max(MIN_WARM_UP_MS, WARM_UP_CHUNKS * everyMs);
  const input: LoadInput = { client, protocol: 'qwen', url: sink.url, sessions, everyMs, warmUpMs, ms: 4000 };
  try {
    return (await run<LoadResult>('support/load.ts', input)).cpuUsPerChunk;
  } finally {
    sink.stop();
  }
}

async function memoryOf(client: Side, sessions: number): Promise<number> {
  const sink = await startSink();
  const input: MemoryInput = { client, protocol: 'qwen', url: sink.url, sessions, audioSeconds: 0 };
  try {
    return (
      (await run<MemoryResult>('support/memory.ts', input, { nodeFlags: ['--expose-gc'] })).bytesPerSession /
      1000
    );
  } finally {
    sink.stop();
  }
}

const PANEL = { width: 320, height: 200, left: 48, right: 24, top: 40, gap: 60 };

function chart(points: readonly Point[]): string {
  const width = 2 * (PANEL.left + PANEL.width) + PANEL.gap + PANEL.right;
  const panels = [
    panel('CPU per 100 ms chunk (µs)', points, ({ cpuUs }) => cpuUs, 0),
    panel(
      'Memory per idle session (kB)',
      points,
      ({ memoryKb }) => memoryKb,
      PANEL.left + PANEL.width + PANEL.gap,
    ),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${PANEL.height + 100}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...panels,
    '</svg>\n',
  ].join('\n');
}

function panel(
  title: string,
  points: readonly Point[],
  pick: (point: Point) => Record<Side, number>,
  atX: number,
): string {
  const values = points.flatMap((point) => Object.values(pick(point)));
  const top = Math.ceil((Math.max(...values) * 1.1) / 10) * 10;
  const x = (index: number): number => PANEL.left + (index * PANEL.width) / (points.length - 1);
  // The memory of one session is smaller than other changes in the process, so the difference may be below 0.
  const y = (value: number): number => PANEL.top + PANEL.height - (Math.max(0, value) / top) * PANEL.height;
  const line = (side: Side, colour: string, dash: string): string => {
    const way = points.map((point, index) => `${round(x(index))},${round(y(pick(point)[side]))}`).join(' ');
    return `<polyline points="${way}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>`;
  };
  const bottom = PANEL.top + PANEL.height;
  return [
    `<g transform="translate(${atX},0)">`,
    `<text x="${PANEL.left}" y="20" font-weight="bold">${title}</text>`,
    ...[0, top / 2, top].map(
      (value) =>
        `<line x1="${PANEL.left}" x2="${PANEL.left + PANEL.width}" y1="${y(value)}" y2="${y(value)}" stroke="#ddd"/>` +
        `<text x="${PANEL.left - 6}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
    ),
    ...points.map(
      ({ sessions }, i) => `<text x="${x(i)}" y="${bottom + 18}" text-anchor="middle">${sessions}</text>`,
    ),
    `<text x="${PANEL.left + PANEL.width / 2}" y="${bottom + 36}" text-anchor="middle">sessions</text>`,
    line('ours', '#0b6e4f', ''),
    line('bare', '#888', '5 4'),
    `<text x="${PANEL.left + PANEL.width}" y="${bottom + 52}" text-anchor="end"><tspan fill="#0b6e4f">—— this package</tspan> <tspan fill="#666">- - bare ws</tspan></text>`,
    '</g>',
  ].join('\n');
}

void main();
