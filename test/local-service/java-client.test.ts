import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ServiceBench } from '../support/local-service';
import { silence } from '../support/scripted-audio';
import { waitUntil } from '../support/wait-until';

const run = promisify(execFile);
const CLIENT = path.join(__dirname, 'java/SdkLikeClient.java');

/** Java compiles the client when it starts it, which needs a JDK of version 11 or newer. */
describe("a client of another language that behaves as the vendor's Java SDK (protocol.md C.2, E 22 to E 25)", function () {
  this.timeout(120_000);
  const bench = new ServiceBench();
  let folder = '';
  let pcm = '';

  before(async function () {
    const found = await run('java', ['-version']).catch(() => undefined);
    if (!found) {
      assert.notEqual(process.env.FLOW_ASR_TEST_JAVA, 'required', 'There is no java on the PATH.');
      this.skip();
    }
    folder = mkdtempSync(path.join(tmpdir(), 'flow-asr-java-'));
    pcm = path.join(folder, 'speech.pcm');
    // The length is no multiple of a piece, so that the base64 of the last piece is padded.
    writeFileSync(pcm, Buffer.concat([silence(3000), Buffer.alloc(34)]));
  });

  after(() => {
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  for (const [way, target, texts] of [
    ['realtime', '/api-ws/v1/realtime?model=qwen3-asr-flash-realtime', ['Hello there.']],
    ['inference', '/api-ws/v1/inference', ['Hello there.', 'How are you?']],
  ] as const) {
    it(`is understood without ever waiting, and closes before the service does: ${way}`, async () => {
      const service = await bench.start({
        keepAudio: true,
        script: {
          utterances: [
            { text: 'Hello there.', atMs: 0, endMs: 800 },
            { text: 'How are you?', atMs: 1800, endMs: 2500 },
          ],
        },
      });
      const { stdout } = await run('java', [CLIENT, way, service.url + target, pcm]);
      assert.deepEqual(stdout.trim().split('\n'), texts);
      const [session] = service.sessions;
      assert.equal(Buffer.concat(session!.audio).length, silence(3000).length + 34);
      await waitUntil(() => service.connectionCount === 0, 'the connection to be closed');
    });
  }
});
