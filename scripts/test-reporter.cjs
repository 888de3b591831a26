// mocha's own report, and its numbers for scripts/test.mjs.
const { reporters } = require('mocha');

module.exports = class extends reporters.Spec {
  epilogue() {
    super.epilogue();
    process.send?.({ passes: this.stats.passes, failures: this.stats.failures });
  }
};
