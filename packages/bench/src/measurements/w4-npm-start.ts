/** W4 in the program that `npm start` runs: its worker is killed in the fifth step, and it says itself how soon that begins again. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Figures } from '../figures.js'

const PROGRAM = fileURLToPath(new URL('../../../../examples/dist/main-job/main.js', import.meta.url))
const REVIEWED = fileURLToPath(new URL('../../../../', import.meta.url))
const RESTARTED = /: ([\d.]+) (ms|s) from the start of the new process/

export async function npmStart(directory: string): Promise<Figures> {
  const places = ['--store', join(directory, 'review.db'), '--report', join(directory, 'review.md')]
  const args = [PROGRAM, REVIEWED, '--policy', ...places]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  const [, value, unit] = RESTARTED.exec(stdout) ?? []
  if (value === undefined) throw new Error(`the program tells of no restart: ${stderr}`)
  return { restartedMs: Number(value) * (unit === 's' ? 1_000 : 1) }
}
