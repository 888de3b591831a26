// Sums a .cpuprofile by function: `node bench/support/profile.mjs FILE [ROWS]`.
import { readFileSync } from 'node:fs';
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const byId = new Map(nodes.map((node) => [node.id, node]));
const self = new Map();
samples.forEach((id, i) => {
  const { functionName, url, lineNumber } = byId.get(id).callFrame;
  const name = `${functionName || '(anonymous)'} ${url.split('/').slice(-3).join('/')}:${lineNumber + 1}`;
  self.set(name, (self.get(name) ?? 0) + timeDeltas[i]);
});
const total = timeDeltas.reduce((sum, delta) => sum + delta, 0);
for (const [name, us] of [...self].sort((a, b) => b[1] - a[1]).slice(0, Number(process.argv[3] ?? 30))) {
  console.log(`${((us / total) * 100).toFixed(1).padStart(5)} %  ${name}`);
}
