/** `@refold/inspector/commands`: what can be done with an agent, as commands that a shell takes. */
export { jsonWord, refoldCommand, shellWord } from './commands/shell-words.js'
export type { CommandPlaces } from './commands/shell-words.js'
export { eventCommand, waysOn } from './commands/ways-on.js'
export type { CommandedEvent, Standing, Way, WaysOptions } from './commands/ways-on.js'
