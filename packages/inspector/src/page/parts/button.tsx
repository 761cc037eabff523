/** Buttons, the same everywhere. */
import type { ComponentChildren } from 'preact'
import { Icon } from './icon.js'
import type { IconName } from './icon.js'

export interface ButtonProps {
  readonly icon?: IconName
  readonly children?: ComponentChildren
  /** What it does; of a button without words its name. */
  readonly title?: string
  readonly onClick?: () => void
  readonly kind?: 'plain' | 'main' | 'danger' | 'quiet'
  readonly isPressed?: boolean
  /** Why it is off. It can be reached still, so that the reason can be read. */
  readonly off?: string | undefined
  readonly type?: 'button' | 'submit'
}

export function Button({
  icon,
  children,
  title,
  onClick,
  kind = 'plain',
  isPressed,
  off,
  type = 'button',
}: ButtonProps) {
  const isOff = off !== undefined
  return (
    <button
      type={type}
      class={`button ${kind}${children === undefined ? ' bare' : ''}`}
      title={isOff ? `${title ?? ''}${title === undefined ? '' : ' — '}${off}` : title}
      aria-label={children === undefined ? title : undefined}
      aria-pressed={isPressed}
      aria-disabled={isOff || undefined}
      onClick={(event) => {
        if (isOff) event.preventDefault()
        else onClick?.()
      }}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      {children === undefined ? null : <span>{children}</span>}
    </button>
  )
}
