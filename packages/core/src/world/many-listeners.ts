/** Node before 22 takes more than ten listeners of an abort signal for a leak, and warns. */

interface NodeEvents {
  setMaxListeners?(most: number, target: AbortSignal): void
}

/** What is used of Node's `process`: it brings a module without an import, which a browser could not follow. */
interface ModularProcess {
  getBuiltinModule?(name: 'events'): NodeEvents | undefined
}

const { process } = globalThis as { readonly process?: ModularProcess }
const events = process?.getBuiltinModule?.('events')

/** The same signal; any number may listen to it without a warning. */
export function manyMayListen(signal: AbortSignal): AbortSignal {
  try {
    events?.setMaxListeners?.(0, signal)
  } catch {
    // of another make, as that of jsdom or of a package: it warns of nothing
  }
  return signal
}
