/**
 * A definition whose effect bodies, also those of its child machines, write into a log of their own when they begin and
 * end: the witness of how often a body ran that does not go through Refold.
 */
import { withEffects } from '@refold/core/definition'

export function withLoggedBodies(definition, log) {
  return withEffects(definition, { call: (src, body) => loggedBody(body, { log, src }) })
}

function loggedBody(body, { log, src }) {
  return async (args) => {
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
}
