import js from '@eslint/js';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';

// Each package may use those to its left, by their public entries; see docs/architecture.md.
const layers = ['aio-bind', 'aio', 'bench'];
const publicEntries = ['aio-bind', 'aio', 'aio/fs', 'aio/fs/promises'];

const direction = layers.map((name, index) => ({
  files: [`packages/${name}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...layers.slice(index + 1).map((right) => ({
            regex: `^${right}(/|$)`,
            message: `${name} stands to the left of ${right} and must not know it.`,
          })),
          {
            regex: `^(?!(${publicEntries.join('|')})$)(${layers.join('|')})(/|$)`,
            message: 'Only the public entry of a package may be imported.',
          },
        ],
      },
    ],
  },
}));

export default defineConfig(
  globalIgnores(['**/dist/', '**/build*/', '**/coverage/', 'docs/api/']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  importX.flatConfigs.typescript,
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensionAlias: { '.js': ['.ts', '.js'] } })],
    },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-self-import': 'error',
      'import-x/no-relative-packages': 'error',
      // An element within the bounds of a typed array is there, though its type can't say so.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  // The tests of every package share vitest/, which is no package's.
  {
    files: ['packages/*/vitest*.config.ts', 'packages/*/test/**/*.ts'],
    rules: { 'import-x/no-relative-packages': 'off' },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
  },
  // Fake timers take the place of these.
  {
    files: ['packages/aio/src/**'],
    ignores: ['packages/aio/src/engine/own-timers.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setImmediate', 'setTimeout', 'clearTimeout', 'queueMicrotask'].map((name) => ({
          name,
          message: 'Import it from engine/own-timers.ts.',
        })),
      ],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'nextTick',
          message: 'Import it from engine/own-timers.ts.',
        },
      ],
    },
  },
  // Where a module has to be CommonJS, require is its import.
  { files: ['**/*.cts'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  ...direction,
);
