import { fileURLToPath } from 'node:url';
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import boundaries from 'eslint-plugin-boundaries';
import lit from 'eslint-plugin-lit';
import tseslint from 'typescript-eslint';

const root = fileURLToPath(new URL('.', import.meta.url));

// The order in which domains may know each other: each may import the doors of those before it.
const DOMAINS = ['identity', 'fleet', 'telemetry', 'detection', 'desk', 'reports'];

const element = (type) => ({ element: { type } });
const anyElement = (...types) => ({ element: { types: { anyOf: types } } });
const door = (...types) => ({ element: { types: { anyOf: types } }, file: { categories: 'door' } });

const SYNTAX = [
  { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
  { selector: 'TSEnumDeclaration', message: 'Use a literal union.' },
];
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'performance'];
const onlyImports = (regex, message) => ['error', { patterns: [{ regex: `^(?!${regex}|\\.)`, message }] }];

const domainPolicies = DOMAINS.flatMap((domain, place) => [
  { from: element(domain), allow: { to: element(domain) } },
  { from: element(domain), allow: { to: door(...DOMAINS.slice(0, place + 1)) } },
]);

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.cache/**',
      '.data/**',
      'web/src/locales/generated/**',
      '**/*.gen.ts',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      // A TypeBox schema and the type made from it share one name.
      '@typescript-eslint/no-redeclare': 'off',
      'no-restricted-syntax': ['error', ...SYNTAX],
      // An async function may satisfy a promise-shaped port without waiting for anything.
      '@typescript-eslint/require-await': 'off',
      // Parts are plain objects made by factories; none of them knows a `this`.
      '@typescript-eslint/unbound-method': 'off',
      eqeqeq: 'error',
    },
  },
  {
    files: ['{agent,hub,web,shared,tests}/**/*.ts'],
    plugins: { boundaries },
    settings: {
      'import/resolver': {
        typescript: {
          project: ['{shared,agent,hub,web,tests}/tsconfig.json'],
          noWarnOnMultipleProjects: true,
        },
      },
      'boundaries/root-path': root,
      'boundaries/elements': [
        { type: 'shared', pattern: 'shared/src' },
        { type: 'agent', pattern: 'agent/src' },
        { type: 'web', pattern: 'web/src' },
        { type: 'engine', pattern: 'hub/src/detection/engine' },
        ...DOMAINS.map((domain) => ({ type: domain, pattern: `hub/src/${domain}` })),
        { type: 'live', pattern: 'hub/src/live' },
        { type: 'api', pattern: 'hub/src/api' },
        { type: 'platform', pattern: 'hub/src/platform' },
        { type: 'hub', pattern: 'hub/src' },
        { type: 'tests', pattern: 'tests' },
      ],
      'boundaries/files': [
        { category: 'root', pattern: 'hub/src/{hub,main,admin}.ts' },
        { category: 'contract', pattern: 'hub/src/{errors,events,config}.ts' },
        { category: 'settings', pattern: 'hub/src/settings.ts' },
        { category: 'door', pattern: 'hub/src/*/{index,ports}.ts' },
        { category: 'rules', pattern: 'hub/src/**/rules.ts' },
        { category: 'repository', pattern: 'hub/src/**/*repository.ts' },
        { category: 'service', pattern: 'hub/src/**/*service.ts' },
        { category: 'http', pattern: 'hub/src/platform/http/*.ts' },
      ],
    },
    rules: {
      'boundaries/no-unknown-files': 'error',
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          // Without it the rules between rules, repositories and services would end at a domain's own door.
          checkInternals: true,
          policies: [
            { allow: { to: { module: { origin: ['external', 'core'] } } } },
            { allow: { to: element('shared') } },
            { from: element('agent'), allow: { to: element('agent') } },
            { from: element('web'), allow: { to: element('web') } },
            { from: element('engine'), allow: { to: element('engine') } },
            // errors, events and config may be named by everything in the hub but the pure engine.
            {
              from: anyElement('hub', 'platform', ...DOMAINS, 'live', 'api'),
              allow: { to: { file: { categories: 'contract' } } },
            },
            {
              from: { file: { categories: 'contract' } },
              allow: { to: { file: { categories: 'settings' } } },
            },
            { from: element('platform'), allow: { to: element('platform') } },
            // The HTTP adapter hands the caller to its routes: identity's types, never its parts.
            {
              from: element('platform'),
              allow: { to: door('identity'), dependency: { kind: 'type' } },
            },
            // Types of the platform may be named everywhere in the hub; only hub.ts builds from it.
            {
              from: anyElement('hub', ...DOMAINS, 'live', 'api'),
              allow: { to: element('platform'), dependency: { kind: 'type' } },
            },
            ...domainPolicies,
            { from: element('detection'), allow: { to: element('engine') } },
            { from: element('live'), allow: { to: element('live') } },
            { from: element('live'), allow: { to: door(...DOMAINS) } },
            { from: element('api'), allow: { to: element('api') } },
            {
              from: element('api'),
              allow: { to: { element: { type: 'platform' }, file: { categories: 'http' } } },
            },
            { from: element('api'), allow: { to: door(...DOMAINS, 'live') } },
            {
              from: { file: { categories: 'root' } },
              allow: { to: anyElement('hub', 'platform', 'api', ...DOMAINS, 'live') },
            },
            // Rules are pure: only shared and each other. Repositories hold SQL and know no service.
            {
              from: { file: { categories: 'rules' } },
              disallow: { to: anyElement('hub', 'platform', ...DOMAINS) },
            },
            { from: { file: { categories: 'rules' } }, allow: { to: { file: { categories: 'rules' } } } },
            {
              from: { file: { categories: 'repository' } },
              disallow: { to: { file: { categories: 'service' } } },
            },
            {
              from: element('tests'),
              allow: {
                to: anyElement(
                  'tests',
                  'agent',
                  'web',
                  'hub',
                  'engine',
                  ...DOMAINS,
                  'live',
                  'api',
                  'platform',
                ),
              },
            },
          ],
        },
      ],
    },
  },
  {
    files: ['shared/src/**/*.ts'],
    rules: { 'no-restricted-imports': onlyImports('typebox', 'The contract needs nothing but typebox.') },
  },
  {
    files: ['hub/src/api/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['kysely', 'pg', 'undici', 'node:*'] }],
    },
  },
  {
    // Time is handed in: the simulation owns it.
    files: [`hub/src/{${[...DOMAINS, 'live', 'api'].join(',')}}/**/*.ts`],
    rules: {
      'no-restricted-globals': ['error', ...TIMERS],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now' }],
    },
  },
  {
    // Pure: no clock, no chance, no I/O (replaying the same events must give the same answer).
    files: ['hub/src/detection/engine/**/*.ts', 'hub/src/**/rules.ts'],
    rules: {
      'no-restricted-globals': ['error', ...TIMERS, 'process', 'fetch', 'crypto'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now' },
        { object: 'Math', property: 'random' },
      ],
      'no-restricted-imports': onlyImports('@siaga/shared$', 'Rules know the contract and each other.'),
      'no-restricted-syntax': [
        'error',
        ...SYNTAX,
        {
          selector:
            "NewExpression[callee.name='Date'][arguments.length=0], CallExpression[callee.name='Date']",
          message: 'The time is an argument.',
        },
      ],
    },
  },
  { files: ['web/**/*.ts'], ...lit.configs['flat/recommended'] },
  {
    files: ['**/*.{js,mjs}', 'vitest.config.ts', '**/vite.config.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        performance: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
        AbortController: 'readonly',
      },
    },
    // Tools read their configuration from a default export.
    rules: { 'no-restricted-syntax': 'off' },
  },
  prettier,
);
