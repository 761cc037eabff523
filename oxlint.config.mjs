/**
 * The lint rules. The house style is in CONTRIBUTING.md; what a machine can check of it is here. The part worth reading
 * is the direction of imports: core's folders stand in the order of the data path, and none imports from a later one.
 */

/** Core's folders in the order of the data path. */
const DATA_PATH = [
  'world',
  'json',
  'record',
  'store',
  'log',
  'definition',
  'step',
  'decide',
  'public',
  'metrics',
  'history',
  'projection',
  'runtime/events',
  'runtime/liveness',
  'runtime/cell',
  'runtime/limits',
  'runtime/effects',
  'runtime/messaging',
  'runtime/worker',
  'runtime/takeover',
  'runtime/consumers',
  'api',
  'plan',
  'verify',
]

/** The only folders of core that run XState; the others may name its types. */
const RUN_XSTATE = ['definition', 'step']

/** Files of types alone, where `any` is what an inference is matched against, and no value is ever one. */
const TYPE_LEVEL = ['machine-types', 'message-types', 'json-path', 'schema-agreement'].map(
  (name) => `packages/core/src/definition/${name}.ts`,
)

const TESTS = ['**/*.test.ts', '**/*.spec.ts', '**/*.fixture.ts', '**/type-tests/**/*.ts']

const noXstate = {
  name: 'xstate',
  allowTypeImports: true,
  message: 'Only definition/ and step/ run XState: another version of it is then another adapter, and nothing else.',
}

const noTesting = {
  regex: '^@refold/testing($|/)',
  message: 'Only tests, specs and examples use @refold/testing.',
}

const noSpecs = {
  regex: '^(\\.\\./)+(specs|examples)(/|$)|^@refold/(specs|examples|bench)',
  message: 'Packages stand on their own: specs, examples and bench import packages, never the other way round.',
}

const noInternals = {
  regex: '^@refold/[a-z-]+/(src|dist)/',
  message: "Import what the package exports; if that is not enough, the package's port lacks something.",
}

/** The packages that are stores, or servers of one. */
const STORES = ['sqlite', 'eventstoredb', 'dev-server']

const noRuntime = {
  regex: '^@refold/core$',
  message: 'A store is made with @refold/core/store alone, so that it loads neither XState nor RxJS.',
}

/** What a folder may not import, types included: those that stand later. */
function laterFolders(folder) {
  const later = DATA_PATH.slice(DATA_PATH.indexOf(folder) + 1)
  const inside = folder.startsWith('runtime/') ? later.filter((name) => name.startsWith('runtime/')) : []
  const names = [
    ...new Set(later.map((name) => (inside.includes(name) ? name.slice('runtime/'.length) : name.split('/')[0]))),
  ]
  const message = `A folder imports only from earlier ones: ${DATA_PATH.join(' → ')}.`
  return [
    ...(names.length > 0 ? [{ regex: `^(\\.\\./)+(${names.join('|')})/`, message }] : []),
    {
      regex: '^(\\.\\./)+(index|record|history|store)\\.js$',
      message: 'The entries are for users: import the file itself.',
    },
  ]
}

const packageImports = [noTesting, noSpecs, noInternals]

const folderRules = DATA_PATH.map((folder) => ({
  files: [`packages/core/src/${folder}/**/*.ts`],
  excludeFiles: TESTS,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: RUN_XSTATE.includes(folder) ? [] : [noXstate],
        patterns: [...packageImports, ...laterFolders(folder)],
      },
    ],
  },
}))

/** Time and chance come from the world, or a simulated run could not be repeated. */
const clocks = [
  { object: 'Date', property: 'now', message: 'Take the time from the world.' },
  { object: 'Math', property: 'random', message: 'Take chance from the world.' },
  { object: 'crypto', property: 'randomUUID', message: 'Take ids from the world.' },
]

/** What an agent's stream holds was decided and fenced: one file appends to it. */
const writers = { property: 'append', message: 'Only commit appends to agent streams.' }

/** Codecs and upcasters stand in the agents' log: who goes to the store around it reads what it cannot understand. */
const storeCalls = ['append', 'read', 'readAll', 'subscribe', 'replay'].map((property) => ({
  object: 'store',
  property,
  message: "Agents' streams are reached by the agents' log (log/agent-log.ts).",
}))

const shapeRules = [
  {
    files: ['packages/core/src/**/*.ts'],
    excludeFiles: [...TESTS, 'packages/core/src/world/**'],
    rules: {
      'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'performance'],
      'no-restricted-properties': ['error', ...clocks, writers, ...storeCalls],
    },
  },
  {
    files: [
      'packages/core/src/log/{agent-log,answer-in-time}.ts',
      'packages/core/src/history/{copy-streams,compare-logs,store-batch,import-plan,examine-store,examine-directory}.ts',
      'packages/core/src/store/**/*.ts',
    ],
    excludeFiles: TESTS,
    rules: { 'no-restricted-properties': ['error', ...clocks] },
  },
  {
    files: ['packages/core/src/runtime/cell/commit.ts'],
    rules: { 'no-restricted-properties': ['error', ...clocks, ...storeCalls] },
  },
]

export default {
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['**/dist/**'],
  rules: {
    'max-lines': ['error', { max: 300 }],
    'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-default-export': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/only-throw-error': 'error',
    'typescript/consistent-type-imports': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    // `play` runs a simulation and checks every invariant of it at the end.
    'vitest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*', 'assert*', '*.assert', 'play'] }],
    // The compiler already knows that an exhaustive switch returns.
    'consistent-return': 'off',
    // Casts stand where bytes, brands and XState's internals come in; each says why.
    'typescript/no-unsafe-type-assertion': 'off',
    // A type parameter that is named once can still be what a caller's mistake is reported on.
    'typescript/no-unnecessary-type-parameters': 'off',
    // XState's internals and Node's own modules are named so; a small function is clearest beside its use.
    'import/no-named-as-default-member': 'off',
    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
    'unicorn/consistent-function-scoping': 'off',
  },
  overrides: [
    {
      files: ['packages/*/src/**/*.{ts,tsx}'],
      excludeFiles: TESTS,
      rules: { 'no-restricted-imports': ['error', { patterns: packageImports }] },
    },
    // Markup has one attribute a line.
    {
      files: ['**/*.tsx'],
      rules: { 'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }] },
    },
    {
      files: STORES.map((name) => `packages/${name}/src/**/*.ts`),
      excludeFiles: TESTS,
      rules: { 'no-restricted-imports': ['error', { patterns: [...packageImports, noRuntime] }] },
    },
    {
      files: ['packages/core/src/*.ts'],
      excludeFiles: TESTS,
      rules: { 'no-restricted-imports': ['error', { paths: [noXstate], patterns: packageImports }] },
    },
    ...folderRules,
    ...shapeRules,
    { files: TYPE_LEVEL, rules: { 'typescript/no-explicit-any': 'off' } },
    {
      files: TESTS,
      rules: {
        'max-lines-per-function': 'off',
        'no-unused-expressions': 'off',
        'typescript/only-throw-error': 'off',
        'typescript/switch-exhaustiveness-check': 'off',
        'typescript/unbound-method': 'off',
        'vitest/no-conditional-expect': 'off',
      },
    },
    // No compiler looks at these.
    { files: ['**/*.mjs'], env: { node: true, es2023: true }, rules: { 'no-undef': 'error' } },
    { files: ['*.config.ts', '*.config.mjs', '.ci/*.mjs'], rules: { 'import/no-default-export': 'off' } },
  ],
}
