import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Page } from '../../support/browser';

const AXE = createRequire(path.join(__dirname, '../../tools/browser/package.json')).resolve(
  'axe-core/axe.min.js',
);

/** Fields out of sight into which browsers shall fill their passwords. */
const NODE_REDS_OWN = '[id^="red-ui-trap"]';

interface Findings {
  violations: string[];
  /** How many elements had their contrast measured. */
  measured: number;
}

/** What of WCAG 2.2 A and AA, and of good practice, is broken within a part of the page; in words. */
export async function violationsOf(page: Page, within = 'body'): Promise<string[]> {
  // Node-RED's body has no height and hides what overflows. The window shows it all the same; axe takes it for hidden.
  await page.evaluate(`document.body.style.minHeight = '100vh'`);
  if (!(await page.evaluate<boolean>(`'axe' in window`))) await page.evaluate(readFileSync(AXE, 'utf8'));
  const part = JSON.stringify({ include: [within], exclude: [NODE_REDS_OWN] });
  const { violations, measured } = await page.evaluate<Findings>(`axe.run(${part}).then((found) => ({
    violations: found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)),
    measured: [...found.passes, ...found.violations]
      .filter(({ id }) => id === 'color-contrast')
      .flatMap(({ nodes }) => nodes)
      .filter(({ any }) => any[0]?.data?.contrastRatio > 0).length,
  }))`);
  assert.ok(measured > 0, `axe measured no contrast within ${within}.`);
  return violations;
}
