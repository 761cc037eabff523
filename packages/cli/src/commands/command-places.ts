/** What the commands that are shown say of where they are to look. */
import type { CommandPlaces } from '@refold/inspector/commands'
import type { ProjectOptions } from './store-only.js'

/** What the environment says already is not said again. */
export function placesOf({ store, config }: ProjectOptions): CommandPlaces {
  return { config, store: store === process.env['REFOLD_STORE'] ? undefined : store }
}
