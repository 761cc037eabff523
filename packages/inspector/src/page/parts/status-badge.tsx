/** How an agent stands: a word, a colour and a sign. */
import { Icon } from './icon.js'
import type { IconName } from './icon.js'

type Tone = 'good' | 'held' | 'bad' | 'ended'

const SIGNS: Readonly<Record<string, { readonly icon: IconName; readonly tone: Tone }>> = {
  running: { icon: 'play', tone: 'good' },
  done: { icon: 'done', tone: 'ended' },
  error: { icon: 'failed', tone: 'bad' },
  stopped: { icon: 'stop', tone: 'ended' },
  paused: { icon: 'pause', tone: 'held' },
  blocked: { icon: 'alert', tone: 'bad' },
  'in-doubt': { icon: 'doubt', tone: 'held' },
  suspected: { icon: 'alert', tone: 'held' },
}

/** How good that is. */
export function toneOf(status: string, condition: string): Tone {
  return SIGNS[status === 'active' ? condition : status]?.tone ?? 'ended'
}

/** Of an agent that lives its condition, else how it ended. */
export function StatusBadge({ status, condition }: { readonly status: string; readonly condition: string }) {
  const word = status === 'active' ? condition : status
  const { icon, tone } = SIGNS[word] ?? { icon: 'control' as const, tone: 'ended' }
  return (
    <span class={`badge ${tone}`}>
      <Icon name={icon} />
      {word.replace('-', ' ')}
    </span>
  )
}
