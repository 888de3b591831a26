// Time from the start of the process to a session that takes audio: `{client, url}`. Plain JavaScript, so that no
// translator is measured.
const { performance } = require('node:perf_hooks');

const { client, url } = JSON.parse(process.argv[2]);

const begin = {
  ours(done) {
    const { openSession } = require('../../dist/lib');
    const session = openSession({ address: url, model: 'fun-asr-realtime' });
    session.ready().then(done);
  },
  bare(done) {
    const WebSocket = require('ws');
    const ws = new WebSocket(`${url}/api-ws/v1/inference`, { perMessageDeflate: false });
    ws.on('open', () => {
      ws.send('{"header":{"action":"run-task","task_id":"t","streaming":"duplex"},"payload":{"input":{}}}');
    });
    ws.once('message', done);
  },
};

begin[client](() => {
  process.stdout.write(`${JSON.stringify({ ms: performance.now() })}\n`, () => process.exit(0));
});
