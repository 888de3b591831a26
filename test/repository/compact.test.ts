import assert from 'node:assert/strict';

describe('Code that is made smaller for the package', () => {
  it('keeps its lines, the texts of several lines, the notices of licences and the name of the source map', async () => {
    const { compact } = await import('../../scripts/bundle-lib.mjs');
    const code = [
      'function f() {',
      '  // A comment.',
      '  /* Another,',
      '     of two lines. */',
      '  const text = `a',
      '  // no comment',
      '    ${1}`;',
      '  /*! A licence. */',
      "  return text + 'http://localhost'; // behind code",
      '}',
      '//# sourceMappingURL=f.js.map',
    ].join('\n');
    const expected = [
      'function f() {',
      '',
      '',
      '',
      'const text = `a',
      '  // no comment',
      '    ${1}`;',
      '/*! A licence. */',
      "return text + 'http://localhost'; // behind code",
      '}',
      '//# sourceMappingURL=f.js.map',
    ].join('\n');
    assert.equal(compact(code), expected);
  });
});
