import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Page } from '../../support/browser';

const AXE = createRequire(path.join(__dirname, '../../tools/browser/package.json')).resolve(
  'axe-core/axe.min.js',
);

/** Fields out of sight into which browsers shall fill their passwords. */
const NODE_REDS_OWN = '[id^="red-ui-trap"]';

/** What of WCAG 2.2 A and AA, and of good practice, is broken within a part of the page; in words. */
export async function violationsOf(page: Page, within = 'body'): Promise<string[]> {
  await page.evaluate(readFileSync(AXE, 'utf8'));
  const part = JSON.stringify({ include: [within], exclude: [NODE_REDS_OWN] });
  return page.evaluate<string[]>(`axe.run(${part}).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)))`);
}
