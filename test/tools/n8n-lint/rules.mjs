// n8n's own rules: both plugins, with what n8n itself turns on and off for packages that people install on an n8n of their
// own (@n8n/node-cli, configs/eslint, configWithoutCloudSupport). Runs in `npm run lint` and `npm test`.
import n8n from '@n8n/eslint-plugin-community-nodes';
import parser from '@typescript-eslint/parser';
import nodesBase from 'eslint-plugin-n8n-nodes-base';

const community = n8n.configs.recommendedWithoutN8nCloudSupport;

const RULES = {
  ...community.rules,
  // The one rule that is off by our own choice. `ws` and the decoders of audio are needed, and cannot be copied in: one of them is LGPL. The price is that n8n's
  // cloud does not take the package; it is for self-hosted n8n.
  '@n8n/community-nodes/no-runtime-dependencies': 'off',
};

/** These contradict rules of the first plugin, or are only for nodes in n8n's own repository. */
const OFF_IN_N8N = {
  'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
  'n8n-nodes-base/cred-class-field-type-options-password-missing': 'off',
  'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
  'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
  'n8n-nodes-base/node-param-type-options-max-value-present': 'off',
};

export default [
  {
    files: ['nodes/n8n/**/*.ts', 'credentials/n8n/**/*.ts'],
    languageOptions: { parser },
    plugins: { ...community.plugins, 'n8n-nodes-base': nodesBase },
    rules: {
      ...RULES,
      ...nodesBase.configs.nodes.rules,
      ...nodesBase.configs.credentials.rules,
      ...OFF_IN_N8N,
    },
  },
  {
    files: ['package.json'],
    languageOptions: { parser, parserOptions: { extraFileExtensions: ['.json'] } },
    plugins: { ...community.plugins, 'n8n-nodes-base': nodesBase },
    rules: { ...RULES, ...nodesBase.configs.community.rules },
  },
];
