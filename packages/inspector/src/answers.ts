/**
 * `@refold/inspector/answers`: what can be told of an agent, in words and in shapes that a page draws. For programs that show
 * histories: it needs no Node built-in, and runs in a browser's worker over a file that `openExport` opened.
 */
export { ANSWER_NAMES, Answers } from './answers/answers.js'
export type { AnswerName } from './answers/answers.js'
export type { AnswerSource } from './answers/opened-agents.js'
export type { Params } from './answers/params.js'
export { codedError } from './answers/coded-error.js'

// the same in words, for programs that print it
export { aboutRecord, becomes, errorText, whoText } from './answers/about-record.js'
export { conditionParts, predicateOf } from './answers/conditions.js'
export { differingPlaces } from './answers/difference.js'
export { heldUpBy, lastRecord } from './answers/held-up.js'
export type { HeldUp } from './answers/held-up.js'
