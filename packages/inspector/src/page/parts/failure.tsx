/** What could not be told, and what to do. */
import type { CodedError } from '../../contract/answer.js'
import { Icon } from './icon.js'
import { shown } from './safe-text.js'

export function Failure({ error, what }: { readonly error: CodedError | undefined; readonly what: string }) {
  if (error === undefined) return null
  return (
    <div class="failure" role="status">
      <Icon name="alert" />
      <div>
        <strong>
          {what[0]?.toUpperCase()}
          {what.slice(1)}: {shown(error.message)}
        </strong>{' '}
        <code>{shown(error.code)}</code>
        {error.hint === undefined ? null : <p>{shown(error.hint)}</p>}
      </div>
    </div>
  )
}
