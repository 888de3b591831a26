// Answers in the place of two addresses that the scorecard asks: the list of all nodes of the flow library, in which
// ours must not clash with another, and what the registry says of node-red, which is said here from what is installed.
const { createRequire } = require('node:module');
const scorecard = createRequire(process.env.FLOW_ASR_TEST_SCORECARD);
const axios = createRequire(scorecard.resolve('node-red-dev/package.json'))('axios');

const versions = process.env.FLOW_ASR_TEST_NODE_REDS.split(',').map((file) => require(file));
const [latest] = versions;

axios.get = (address) => {
  const { pathname } = new URL(address);
  if (pathname === '/catalogue.json') return Promise.resolve({ data: { modules: [] } });
  if (pathname === '/node-red') {
    const tags = versions.map(({ version }, index) => [
      index === 0 ? 'latest' : `v${index}-maintenance`,
      version,
    ]);
    return Promise.resolve({
      data: { 'dist-tags': Object.fromEntries(tags), versions: { [latest.version]: latest } },
    });
  }
  return Promise.reject(new Error(`Nothing is known of ${pathname} here.`));
};
