// mocha's own report, and its numbers and failures for scripts/test.mjs.
const { reporters } = require('mocha');

/** What of a failed test is said again at the end of the run. */
const describeFailure = (test) => ({
  title: test.fullTitle(),
  reason: String(test.err?.stack ?? test.err).slice(0, 1000),
});

module.exports = class extends reporters.Spec {
  epilogue() {
    super.epilogue();
    process.send?.({ passes: this.stats.passes, failed: this.failures.map(describeFailure) });
  }
};
