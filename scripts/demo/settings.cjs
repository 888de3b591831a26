// Settings of the demo's Node-RED. Node-RED loads this file in its own process, so it is also where the demo listens:
// what the nodes send and what goes wrong is told to the parent process, whatever the flow looks like.
const { createRequire } = require('node:module');
const { events, hooks } = createRequire(require.resolve('node-red'))('@node-red/util');

const SESSION_OUTPUTS = ['interim', 'final', 'emotion', 'event'];

const tell = (kind, details) => process.send?.({ kind, ...details });

events.on('flows:started', () => tell('flows-started'));

// One event for each wire of the output; they share the message.
hooks.add('onSend.demo', (sent) => {
  const told = new Set();
  for (const { msg, source } of sent) {
    if (source.node.type !== 'asr-session' || told.has(msg)) continue;
    told.add(msg);
    tell(SESSION_OUTPUTS[source.port], { event: msg.asr });
  }
});

hooks.add('onComplete.demo', ({ node, error }) => {
  const { type } = node.node;
  if (!type.startsWith('asr-')) return;
  if (error) tell('failed', { message: error.message ?? String(error) });
  else tell('completed', { type });
});

// Without its parent nobody could end it.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));

module.exports = {
  flowFile: 'flows.json',
  flowFilePretty: true,
  uiHost: '127.0.0.1',
  // Nothing is asked of somebody who looks at this for the first time.
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  logging: {
    console: { level: 'info', metrics: false, audit: false },
    demo: {
      level: 'error',
      metrics: false,
      audit: false,
      handler: () => (entry) => {
        if (entry.type?.startsWith('asr-'))
          tell('failed', { message: String(entry.msg?.message ?? entry.msg) });
      },
    },
  },
};
