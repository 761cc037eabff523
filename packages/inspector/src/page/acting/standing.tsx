/** What an order acts on, where that is not what the view shows, or not any more what it showed. */
import { shown } from '../parts/safe-text.js'
import type { Opened } from '../state/dialogs.js'

export interface StandingProps {
  readonly agent: string
  readonly opened: Opened
  /** Of the newest state by now. */
  readonly now: number
}

export function Standing({ agent, opened: { seen, revision }, now }: StandingProps) {
  return (
    <>
      {seen < revision ? (
        <p class="standing">
          The view shows revision {seen}. This acts on {shown(agent)} as it stands now, after revision {revision}.
        </p>
      ) : null}
      {now > revision ? (
        <p class="standing" role="status">
          Since this was opened, {shown(agent)} has gone on from revision {revision} to {now}.
        </p>
      ) : null}
    </>
  )
}
