/** Short notes that go away by themselves; they are read out, too. */
import { signal } from '@preact/signals'

export const notice = signal<string | undefined>(undefined)

let timer: ReturnType<typeof setTimeout> | undefined

export function say(text: string): void {
  clearTimeout(timer)
  notice.value = text
  timer = setTimeout(() => (notice.value = undefined), 4_000)
}

/** To the clipboard, with a note of it. */
export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    say(`Copied ${what}.`)
  } catch {
    say(`The browser does not let ${what} be copied.`)
  }
}
