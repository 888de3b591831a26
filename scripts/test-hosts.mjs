// `npm run test:hosts`: the packed package in real Node-RED and real n8n, as users get it. The first run installs n8n
// into the cache folder. Arguments go on to mocha, as those of `npm test` do.
import { HOSTS, runTests } from './suites.mjs';

await runTests({ suites: [HOSTS] });
