/** What the packages export, by entry. */
/** Each is loaded when it is asked for. */
export const ENTRIES: Readonly<Record<string, () => Promise<object>>> = {
  '@refold/core': () => import('@refold/core'),
  '@refold/core/definition': () => import('@refold/core/definition'),
  '@refold/core/history': () => import('@refold/core/history'),
  '@refold/core/projections': () => import('@refold/core/projections'),
  '@refold/core/record': () => import('@refold/core/record'),
  '@refold/core/store': () => import('@refold/core/store'),
  '@refold/sqlite': () => import('@refold/sqlite'),
  '@refold/eventstoredb': () => import('@refold/eventstoredb'),
  '@refold/dev-server': () => import('@refold/dev-server'),
  '@refold/otel': () => import('../../packages/otel/src/index.js'),
  '@refold/otel/history': () => import('../../packages/otel/src/history.js'),
  '@refold/inspector': () => import('@refold/inspector'),
  '@refold/inspector/answers': () => import('@refold/inspector/answers'),
  '@refold/inspector/chart': () => import('@refold/inspector/chart'),
  '@refold/inspector/commands': () => import('@refold/inspector/commands'),
  '@refold/inspector/fleet': () => import('@refold/inspector/fleet'),
  '@refold/cli': () => import('../../packages/cli/src/index.js'),
  '@refold/testing': () => import('@refold/testing'),
}
