/** Ten lines of a terminal, drawn again whenever something happens. */
import { styleText } from 'node:util'
import { STEPS } from './findings.js'
import type { StepName } from './findings.js'
import { labelOf } from './screen.js'
import type { Output, Screen } from './screen.js'

type Look = 'waits' | 'runs' | 'killed' | 'done'
const SIGNS: Readonly<Record<Look, string>> = { waits: '·', runs: '▶', killed: '✖', done: '✔' }
const STYLES = { waits: 'dim', runs: 'cyan', killed: 'red', done: 'green' } as const

/** `columns` bounds each line: a wrapped one could not be drawn over. */
export function liveScreen(output: Output, { columns = 80 }: { columns?: number } = {}): Screen {
  const looks = new Map<StepName, Look>(STEPS.map((step) => [step, 'waits']))
  const kills = new Map<StepName, number>()
  let written = ''
  let drawn = 0
  let isPaused = false

  const draw = (above = ''): void => {
    if (isPaused) return
    const lines = STEPS.map((step) => lineOf(step))
    const back = drawn > 0 ? `\u001B[${drawn}A` : ''
    output.write(`${back}\u001B[J${above}${lines.join('\n')}\n`)
    drawn = lines.length
  }
  const lineOf = (step: StepName): string => {
    const look = looks.get(step) ?? 'waits'
    const killed = kills.get(step)
    const runs = look === 'runs' && step === 'summary' ? written.slice(-(columns - 20)) : ''
    const detail =
      killed === undefined
        ? runs
        : `killed ${killed === 1 ? 'once' : `${killed} times`}${look === 'done' ? ', then finished' : ''}`
    return styleText(STYLES[look], `${SIGNS[look]} ${labelOf(step)} ${detail}`.slice(0, columns - 1).trimEnd())
  }
  const show = (step: StepName, look: Look): void => {
    looks.set(step, look)
    draw()
  }

  draw()
  return {
    begun: (step) => show(step, 'runs'),
    stored: (step) => show(step, 'done'),
    killed(step) {
      kills.set(step, (kills.get(step) ?? 0) + 1)
      // Whatever else ran in that process ended with it.
      for (const [other, look] of looks) if (look === 'runs') looks.set(other, 'waits')
      show(step, 'killed')
    },
    token(text) {
      written += text.replaceAll('\n', ' ')
      draw()
    },
    note: (text) => draw(`${text}\n`),
    pause() {
      isPaused = true
      drawn = 0
    },
    resume() {
      isPaused = false
      draw()
    },
    end: () => draw(),
  }
}
