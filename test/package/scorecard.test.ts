import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { PACKAGE_NAME, ROOT, temporaryFolder, userFolderWithPackage } from '../hosts/support/packed';

const SCORECARD = path.join(ROOT, 'test/hosts/scorecard/package.json');

/** The check that every dependency has its newest version, which others decide. */
const CHANGES_BY_ITSELF = 'D03';

describe("the flow library's scorecard", () => {
  it('is passed by the installed package', async () => {
    const installed = path.join(await userFolderWithPackage(), 'node_modules', PACKAGE_NAME);
    const output = path.join(temporaryFolder(), 'scorecard.json');
    const run = path.join(path.dirname(SCORECARD), 'node_modules/node-red-dev/bin/run');
    const answers = path.join(ROOT, 'test/hosts/support/answers.cjs');
    const nodeReds = ['test/hosts/node-red-5/node_modules', 'node_modules'];

    await promisify(execFile)(
      process.execPath,
      ['--require', answers, run, 'validate', '--path', installed, '--output', output],
      {
        env: {
          ...process.env,
          FLOW_ASR_TEST_SCORECARD: SCORECARD,
          FLOW_ASR_TEST_NODE_REDS: nodeReds
            .map((folder) => path.join(ROOT, folder, 'node-red/package.json'))
            .join(),
        },
      },
    );

    const { package: _package, ...card } = JSON.parse(readFileSync(output, 'utf8')) as Record<
      string,
      { test: boolean }
    >;
    const failed = Object.entries(card).filter(([rule, { test }]) => !test && rule !== CHANGES_BY_ITSELF);
    assert.deepEqual(failed, []);
    for (const rule of ['P01', 'P03', 'P04', 'P05', 'P06', 'P07', 'P08', 'N01', 'N02', 'D01', 'D02']) {
      assert.ok(card[rule], `The scorecard has no ${rule}.`);
    }
  });
});
