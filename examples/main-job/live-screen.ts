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
  return new LiveScreen(output, columns)
}

class LiveScreen implements Screen {
  readonly #output: Output
  readonly #columns: number
  readonly #looks = new Map<StepName, Look>(STEPS.map((step) => [step, 'waits']))
  readonly #kills = new Map<StepName, number>()
  #written = ''
  #drawn = 0
  #isPaused = false

  constructor(output: Output, columns: number) {
    this.#output = output
    this.#columns = columns
    this.#draw()
  }

  begun(step: StepName): void {
    this.#show(step, 'runs')
  }
  stored(step: StepName): void {
    this.#show(step, 'done')
  }
  killed(step: StepName): void {
    this.#kills.set(step, (this.#kills.get(step) ?? 0) + 1)
    // Whatever else ran in that process ended with it.
    for (const [other, look] of this.#looks) if (look === 'runs') this.#looks.set(other, 'waits')
    this.#show(step, 'killed')
  }
  token(text: string): void {
    this.#written += text.replaceAll('\n', ' ')
    this.#draw()
  }
  note(text: string): void {
    this.#draw(`${text}\n`)
  }
  pause(): void {
    this.#isPaused = true
    this.#drawn = 0
  }
  resume(): void {
    this.#isPaused = false
    this.#draw()
  }
  end(): void {
    this.#draw()
  }

  #show(step: StepName, look: Look): void {
    this.#looks.set(step, look)
    this.#draw()
  }

  #draw(above = ''): void {
    if (this.#isPaused) return
    const lines = STEPS.map((step) => this.#line(step))
    const back = this.#drawn > 0 ? `\u001B[${this.#drawn}A` : ''
    this.#output.write(`${back}\u001B[J${above}${lines.join('\n')}\n`)
    this.#drawn = lines.length
  }

  #line(step: StepName): string {
    const look = this.#looks.get(step) ?? 'waits'
    const killed = this.#kills.get(step)
    const runs = look === 'runs' && step === 'summary' ? this.#written.slice(-(this.#columns - 20)) : ''
    const times = killed === 1 ? 'once' : `${killed} times`
    const detail = killed === undefined ? runs : `killed ${times}${look === 'done' ? ', then finished' : ''}`
    const line = `${SIGNS[look]} ${labelOf(step)} ${detail}`.slice(0, this.#columns - 1).trimEnd()
    return styleText(STYLES[look], line)
  }
}
