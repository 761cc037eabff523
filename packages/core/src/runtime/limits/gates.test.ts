/** Effects before the gates, without a runtime. */
import { describe, expect, test } from 'vitest'
import { systemWorld } from '../../world/system-world.js'
import { Passage } from './gates.js'
import type { Gate, GatedEffect, GiveBack } from './gates.js'

const effect = { id: '1.0', src: 'draft' } as unknown as GatedEffect // the gates here look at no more

interface TestGate extends Gate {
  readonly log: string[]
  open(): void
}

/** `isOpen`: hands something out, at once. */
function gate(name: string, log: string[], { isOpen = false } = {}): TestGate {
  let pass: ((giveBack?: GiveBack) => void) | undefined
  const give = (): void => void log.push(`${name} given back`)
  return {
    name,
    log,
    reason: ({ src }) => `waits for ${name} of ${src}`,
    isOpen: () => false,
    enter: (_effect, passed) => {
      log.push(`before ${name}`)
      if (isOpen) passed(give)
      else pass = passed
      return () => log.push(`left ${name}`)
    },
    open: () => pass?.(give),
  }
}

function passage(gates: readonly Gate[], log: string[], { isWanted = (): boolean => true } = {}): Passage {
  const { clock } = systemWorld
  const passed = (): void => void log.push('passed')
  const left = (): void => void log.push('not wanted')
  return new Passage(effect, { gates, clock, isWanted, passed, left })
}

describe('GATE-1 gates', () => {
  test('GATE-1 are passed in their order, at once where nothing stands in the way', () => {
    const log: string[] = []
    passage([gate('one', log, { isOpen: true }), gate('two', log, { isOpen: true })], log).begin()
    expect(log).toEqual(['before one', 'before two', 'passed'])
  })

  test('GATE-1 one that stands open is passed without a word, and one behind it may let the effect wait', () => {
    const log: string[] = []
    const open: Gate = { ...gate('open', log), isOpen: () => true }
    const shut = gate('shut', log)
    passage([open, shut, open], log).begin()
    expect(log).toEqual(['before shut'])
    shut.open()
    expect(log).toEqual(['before shut', 'passed'])
  })

  test('GATE-1 what was given is given back once, also when the effect leaves before the last gate', () => {
    const log: string[] = []
    const way = passage([gate('one', log, { isOpen: true }), gate('two', log)], log)
    way.begin()
    way.leave()
    way.leave()
    expect(log).toEqual(['before one', 'before two', 'left two', 'one given back'])
  })

  test('GATE-1 a gate that opens after the effect has left gets back what it gives', () => {
    const log: string[] = []
    const late = gate('one', log)
    const way = passage([late], log)
    way.begin()
    way.leave()
    late.open()
    expect(log).toEqual(['before one', 'left one', 'one given back'])
  })

  test('GATE-1 an effect that is not wanted any more leaves between two gates, and gives back', () => {
    const log: string[] = []
    let isWanted = true
    const first = gate('one', log)
    passage([first, gate('two', log)], log, { isWanted: () => isWanted }).begin()
    isWanted = false
    first.open()
    expect(log).toEqual(['before one', 'one given back', 'not wanted'])
  })

  test('GATE-2 while it waits it says before which gate, and why', () => {
    const log: string[] = []
    const second = gate('two', log)
    const way = passage([gate('one', log, { isOpen: true }), second], log)
    way.begin()
    expect(way.waiting).toMatchObject({ gate: 'two', reason: 'waits for two of draft' })
    second.open()
    expect(way.waiting).toBeUndefined()
  })
})
