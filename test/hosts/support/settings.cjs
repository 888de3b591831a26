// Settings of the Node-RED processes that tests start. Node-RED loads this file in its own process: from here the test
// sees every message, badge, error and log line, through the runtime's own hooks, whatever the flow looks like.
const { createRequire } = require('node:module');
const { inspect } = require('node:util');
const { events, hooks } = createRequire(process.env.FLOW_ASR_TEST_NODE_RED)('@node-red/util');

const tell = (kind, details) => process.send?.({ kind, ...details });

/** The whole content of a value, to be searched. Requests and responses of HTTP belong to Node-RED. */
function textOf(value) {
  const { req: _req, res: _res, ...rest } = value ?? {};
  return inspect(rest, { depth: 12, maxArrayLength: 100, maxStringLength: 100_000, showHidden: true });
}

events.on('flows:started', () => tell('started', {}));
events.on('node-status', ({ id, status }) => tell('status', { id, text: textOf({ status }) }));

hooks.add('onSend.test', (sent) => {
  for (const { msg, source } of sent) {
    const { payload, asr } = msg;
    tell('sent', {
      id: source.id,
      type: source.node.type,
      port: source.port,
      text: textOf(msg),
      // A message of its own for each wire is the editor's business; tests look at text and events.
      payload: typeof payload === 'string' ? payload : undefined,
      event: asr && { type: asr.type, text: asr.text },
    });
  }
});

hooks.add('onComplete.test', ({ node, msg, error }) => {
  tell('completed', {
    id: node.id,
    error: error && String(error.message ?? error),
    text: textOf({ msg, error }),
  });
});

process.on('message', (request) => {
  if (request === 'resources') tell('resources', { names: process.getActiveResourcesInfo() });
});
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));

module.exports = {
  flowFile: 'flows.json',
  uiHost: '127.0.0.1',
  credentialSecret: 'a secret of the test',
  httpNodeRoot: process.env.FLOW_ASR_TEST_HTTP_NODE_ROOT || '/',
  // Node-RED hashes passwords with bcrypt, so the test gives the hash.
  httpNodeAuth: process.env.FLOW_ASR_TEST_HTTP_NODE_AUTH && {
    user: 'user',
    pass: process.env.FLOW_ASR_TEST_HTTP_NODE_AUTH,
  },
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  // Nothing is installed while a test runs.
  externalModules: { autoInstall: false, palette: { allowInstall: false } },
  logging: {
    console: { level: 'info', metrics: false, audit: false },
    test: {
      level: 'trace',
      metrics: true,
      audit: true,
      handler: () => (entry) => tell('log', { level: entry.level, text: textOf({ ...entry }) }),
    },
  },
};
