/** The keys of the page: one table, which help lists and one listener performs. */
import { signal } from '@preact/signals'

export interface KeyAct {
  /** As `KeyboardEvent.key` has it, `Shift+` and `Alt+` before. */
  readonly keys: readonly string[]
  readonly what: string
  readonly act: () => void
}

/** By the part of the page that they belong to, the newest last. */
const tables = signal<readonly { readonly name: string; readonly acts: readonly KeyAct[] }[]>([])

export const keyTables = tables

/** Until the function that it returns is called. */
export function addKeys(name: string, acts: readonly KeyAct[]): () => void {
  const table = { name, acts }
  tables.value = [...tables.peek(), table]
  return () => void (tables.value = tables.peek().filter((one) => one !== table))
}

const STORED = 'refold.letters'

/** Whether letters do something: those who speak to their computer may want them off. */
export const lettersOn = signal(stored() !== 'off')

export function setLetters(isOn: boolean): void {
  lettersOn.value = isOn
  try {
    localStorage.setItem(STORED, isOn ? 'on' : 'off')
  } catch {
    // not kept then
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORED)
  } catch {
    return null
  }
}

export function listenToKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.isComposing) return
    if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return
    const name = nameOf(event)
    if (isLetter(event.key) && !lettersOn.peek() && event.key !== '?') return
    const found = tables
      .peek()
      .flatMap(({ acts }) => acts)
      .findLast(({ keys }) => keys.includes(name))
    if (found === undefined) return
    event.preventDefault()
    found.act()
  })
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null
}

function isLetter(key: string): boolean {
  return key.length === 1
}

function nameOf({ key, altKey, shiftKey }: KeyboardEvent): string {
  const isNamed = key.length > 1
  return `${altKey ? 'Alt+' : ''}${shiftKey && isNamed ? 'Shift+' : ''}${isNamed ? key : key.toLowerCase()}`
}
