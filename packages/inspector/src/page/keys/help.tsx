/** All keys, and the switch for letters. */
import { signal } from '@preact/signals'
import { Dialog } from '../parts/dialog.js'
import { keyTables, lettersOn, setLetters } from './keymap.js'

export const isHelpOpen = signal(false)

const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
}

export function Help() {
  if (!isHelpOpen.value) return null
  return (
    <Dialog isWide title="Keys" onClose={() => (isHelpOpen.value = false)}>
      <div class="help">
        {keyTables.value.map(({ name, acts }) => (
          <section key={name}>
            <h3>{name}</h3>
            <dl>
              {acts.map(({ keys, what }) => (
                <div key={what}>
                  <dt>
                    <KeySign name={keys[0] ?? ''} />
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="switch">
        <input
          type="checkbox"
          checked={lettersOn.value}
          onChange={(event) => setLetters(event.currentTarget.checked)}
        />
        Letters are keys, too
      </label>
    </Dialog>
  )
}

function KeySign({ name }: { readonly name: string }) {
  return name
    .split('+')
    .map((part) => <kbd key={part}>{SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part)}</kbd>)
}
