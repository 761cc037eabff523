/** A button that opens a small list below it. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Icon } from './icon.js'
import type { IconName } from './icon.js'

export interface MenuProps {
  readonly label: string
  readonly icon: IconName
  readonly kind: 'main' | 'plain'
  /** Why it does not open. */
  readonly off?: string | undefined
  /** What is chosen in it closes it. */
  readonly children: ComponentChildren
}

export function Menu({ label, icon, kind, off, children }: MenuProps) {
  const [isOpen, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const close = (): void => setOpen(false)
  useEffect(() => {
    if (!isOpen) return undefined
    const outside = (event: Event): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) !== true) close()
    }
    addEventListener('pointerdown', outside)
    return () => removeEventListener('pointerdown', outside)
  }, [isOpen])
  return (
    <div
      ref={box}
      class="menu"
      onKeyDown={(event) => {
        if (isOpen) menuKey(event, box.current, close)
      }}
    >
      <button
        type="button"
        class={`button ${kind}`}
        aria-expanded={isOpen}
        aria-disabled={off !== undefined || undefined}
        title={off === undefined ? undefined : `${label} — ${off}`}
        onClick={() => off === undefined && setOpen(!isOpen)}
      >
        <Icon name={icon} />
        <span>{label}</span>
        <Icon name="open" />
      </button>
      {isOpen ? (
        <div class="menu-list" onClick={close}>
          {children}
        </div>
      ) : null}
    </div>
  )
}

function menuKey(event: KeyboardEvent, box: HTMLElement | null, close: () => void): void {
  const items = [...(box?.querySelectorAll<HTMLElement>('.menu-item') ?? [])]
  const at = items.findIndex((item) => item === document.activeElement)
  if (event.key === 'Escape') {
    close()
    box?.querySelector('button')?.focus()
  } else if (event.key === 'ArrowDown') items[(at + 1) % items.length]?.focus()
  else if (event.key === 'ArrowUp') items[(at - 1 + items.length) % items.length]?.focus()
  else return
  event.preventDefault()
  event.stopPropagation()
}
