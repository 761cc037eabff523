/** S2: `refold state --at` in the middle of a long history, from the start of the process to its end. */
import { join } from 'node:path'
import { median } from '../figures.js'
import type { Figures } from '../figures.js'
import { millisecondsOfRefold } from '../refold-process.js'

const TIMES = 5
const AT = '50000'

/** Of what `w3-write` wrote in this directory. */
export async function stateAt(directory: string): Promise<Figures> {
  const command = ['state', 'bench-long', '--at', AT, '--store', join(directory, 'w3.db')]
  return { ms: median(Array.from({ length: TIMES }, () => millisecondsOfRefold(command))) }
}
