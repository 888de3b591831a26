import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

const HOSTS = ['node-red', 'n8n-workflow', '**/nodes/**', '**/local-service/**'];
/** Hosts take from lib/ what its doors give. */
const BEHIND_DOORS = { regex: '/lib/(?!hosts$)', message: 'Hosts import lib/ and lib/hosts.' };
/** Whoever is inside of lib/ knows the place of what it needs. */
const PUBLIC_FACE = { regex: '^[./]*\\.\\.(/index)?$' };

const FIXED_SLEEPS = [
  'ImportDeclaration[source.value=/timers\\u002fpromises$/] ImportSpecifier[imported.name="setTimeout"]',
  'CallExpression[callee.name="setTimeout"][arguments.0.type="Identifier"]',
  'CallExpression[callee.name="setTimeout"][arguments.0.body.type=/Expression$/]',
  'CallExpression[callee.name="setTimeout"][arguments.1.type="Literal"]',
  'CallExpression[callee.property.name="waitForTimeout"]',
  'CallExpression[callee.object.name="Atomics"][callee.property.name="wait"]',
].map((selector) => ({
  selector,
  message:
    'Wait for a condition (test/support/wait-until.ts) or move a ManualClock; a fixed sleep proves nothing.',
}));

/** The rooms of lib/, and for each those that it may not know: the ones above it and its neighbours. */
const UPWARD = {
  '*.ts': [],
  'live/**': [],
  'session/**': ['live', 'hot-words'],
  'hot-words/**': ['live', 'session'],
  'transport/**': ['live', 'session', 'hot-words', 'protocol', 'audio'],
  'protocol/**': ['live', 'session', 'hot-words', 'transport', 'audio'],
  'audio/**': ['live', 'session', 'hot-words', 'transport', 'protocol'],
  'vocabulary/**': ['live', 'session', 'hot-words', 'transport', 'protocol', 'audio'],
  'base/**': ['live', 'session', 'hot-words', 'transport', 'protocol', 'audio', 'vocabulary'],
};

export default tseslint.config(
  {
    ignores: [
      'dist/',
      '.dist-*/',
      'node_modules/',
      '.node-red/',
      '.cache/',
      'test/hosts/*/node_modules/',
      'test/tools/*/node_modules/',
      'bench/peers/node_modules/',
      // AssemblyScript: not the same language.
      'audio-kernel/assembly/',
    ],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers in messages are the point of the messages.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // An empty field of a form is an absent option.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // The vocabulary uses literal unions and interfaces side by side.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // `const { secret: _secret, ...rest }` leaves something out.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.cjs', '**/*.js'],
    rules: { 'max-lines': ['error', 300] },
  },
  {
    // mocha's `function () { this.timeout(…) }` and one-line arrow hooks.
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // A test waits for a condition or moves a clock. A fixed time is too short on one machine and too long on another.
    files: ['test/**/*.{ts,mjs,cjs,js}'],
    // What looks for a condition sleeps between two looks; a clock is made of timers.
    ignores: ['test/support/{wait-until,eventually,clocks}.ts'],
    rules: { 'no-restricted-syntax': ['error', ...FIXED_SLEEPS] },
  },
  // House rule 1: arrows point one way, types included. That there are no circles is checked by dependency-cruiser.
  ...Object.entries(UPWARD).map(([room, above]) => ({
    files: [`lib/${room}`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: [...HOSTS, ...above.map((name) => `**/${name}/**`)] },
            ...(room === '*.ts' ? [] : [PUBLIC_FACE]),
          ],
        },
      ],
    },
  })),
  {
    files: ['bin/**/*.ts', 'nodes/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [BEHIND_DOORS] }] },
  },
  {
    // State belongs to a session, or stands in one place with a name.
    files: ['lib/**/*.ts'],
    ignores: ['lib/base/process-state.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...[
          ':matches(Program, ExportNamedDeclaration) > VariableDeclaration[kind!="const"]',
          'Program > VariableDeclaration > VariableDeclarator > NewExpression[callee.name=/^(Weak)?(Map|Set)$/][arguments.length=0]',
          'Program > VariableDeclaration > VariableDeclarator[id.typeAnnotation.typeAnnotation.operator!="readonly"] > ArrayExpression[elements.length=0]',
        ].map((selector) => ({
          selector,
          message: 'A module keeps no state: a session does, or lib/base/process-state.ts.',
        })),
      ],
    },
  },
  {
    // One host knows nothing of the other.
    files: ['nodes/n8n/**/*.ts', 'credentials/n8n/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [BEHIND_DOORS, { group: ['node-red', '**/node-red/**'] }] },
      ],
    },
  },
  {
    files: ['nodes/node-red/**/*.ts', 'credentials/node-red/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [BEHIND_DOORS, { group: ['n8n-workflow', '**/n8n/**'] }] },
      ],
    },
  },
  {
    // Node.js is not there, or not for all who import it.
    files: [
      'nodes/node-red/shared/editor/**/*.ts',
      'nodes/node-red/asr-microphone/page/**/*.ts',
      'nodes/presets.ts',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '/lib$|/lib/(?!browser$)', message: 'Browser code imports lib/browser.' }] },
      ],
    },
  },
  {
    files: ['local-service/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: ['**/lib/protocol/**', '**/lib/session/**', '**/lib/transport/**', '**/lib'] },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    rules: { 'no-unused-vars': ['error', { ignoreRestSiblings: true }] },
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        setInterval: 'readonly',
        clearTimeout: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
      },
    },
  },
);
