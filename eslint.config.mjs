import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

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
    // mocha's `function () { this.timeout(…) }` and one-line arrow hooks.
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // House rule 1: the client knows no host, and the local service shares no protocol code with it.
    files: ['lib/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: ['node-red', 'n8n-workflow', '**/nodes/**', '**/local-service/**'] },
      ],
    },
  },
  {
    // One host knows nothing of the other.
    files: ['nodes/n8n/**/*.ts', 'credentials/n8n/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['node-red', '**/node-red/**'] }] },
  },
  {
    files: ['nodes/node-red/**/*.ts', 'credentials/node-red/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['n8n-workflow', '**/n8n/**'] }] },
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
        clearTimeout: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
      },
    },
  },
);
