import assert from 'node:assert/strict';
import { credentialsNode, Flow, helper } from '../support/node-red';
import { useNodeRed } from '../support/node-red-service';
import { answerTo } from '../support/raw-http';

const JSON_TYPE = { Connection: 'close', 'Content-Type': 'application/json' };

/** A stranger's request to Node-RED's routes, and the status of the answer. */
const ATTACKS: [what: string, method: string, target: string, headers: object, answer: RegExp][] = [
  ['a test of a connection by GET', 'GET', '/asr/test-connection', {}, /^HTTP\/1\.1 404 /],
  ['a test of a connection by PUT', 'PUT', '/asr/test-connection', JSON_TYPE, /^HTTP\/1\.1 404 /],
  ['a list of sessions by DELETE', 'DELETE', '/asr/sessions', {}, /^HTTP\/1\.1 404 /],
  ['a path out of the editor', 'GET', '/asr/editor/../../../../etc/passwd', {}, /^HTTP\/1\.1 40[034] /],
  ['the same, encoded', 'GET', '/asr/editor/%2e%2e%2f%2e%2e%2fetc%2fpasswd', {}, /^HTTP\/1\.1 40[034] /],
  ['a malformed encoding', 'GET', '/asr/%E0%A4%A', {}, /^HTTP\/1\.1 40[04] /],
  ['an address that is too long', 'GET', `/asr/${'x'.repeat(100_000)}`, {}, /^HTTP\/1\.1 431 /],
];

describe("Node-RED's routes under attack", () => {
  useNodeRed();

  for (const [what, method, target, headers, answer] of ATTACKS) {
    it(`answer as they should: ${what}`, async () => {
      await Flow.start([credentialsNode('ws://127.0.0.1:9')]);
      const port = Number(new URL(helper.url()).port);
      const said = await answerTo(port, target, { method, headers: { Connection: 'close', ...headers } });
      assert.match(said, answer);
      assert.doesNotMatch(said, /root:/);
      assert.match(
        await answerTo(port, '/asr/sessions', { headers: { Connection: 'close' } }),
        /^HTTP\/1\.1 /,
      );
    });
  }
});
