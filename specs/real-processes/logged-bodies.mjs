/**
 * A definition whose effect bodies, also those of its child machines, write into a log of their own when they begin and
 * end: the witness of how often a body ran that does not go through Refold.
 */

/** Where a definition carries what `defineAgent` read: another copy of the core finds it there too. */
const INTERNALS = Symbol.for('refold.definition')

export function withLoggedBodies(definition, log) {
  const internals = definition[INTERNALS]
  const machine = loggedIn(internals.machine, { log, prefix: '' })
  const { name, version } = definition
  return Object.freeze(
    Object.defineProperty({ name, version, machine }, INTERNALS, { value: { ...internals, machine } }),
  )
}

function loggedIn(machine, { log, prefix }) {
  const actors = Object.entries(machine.implementations.actors).map(([name, logic]) => {
    const src = `${prefix}${name}`
    const logged =
      'implementations' in logic ? loggedIn(logic, { log, prefix: `${src}.` }) : loggedLogic(logic, { log, src })
    return [name, logged]
  })
  return actors.length === 0 ? machine : machine.provide({ actors: Object.fromEntries(actors) })
}

/** XState keeps the function given to `fromPromise` as `config`. */
function loggedLogic(logic, { log, src }) {
  const body = logic.config
  const config = async (args) => {
    const { key, attempt } = args.refold
    log('begun', { src, key, attempt, input: args.input ?? null })
    try {
      const output = await body(args)
      log('ended', { src, key, attempt, output: output ?? null })
      return output
    } catch (error) {
      log('failed', { src, key, attempt, message: String(error?.message) })
      throw error
    }
  }
  return { ...logic, config }
}
