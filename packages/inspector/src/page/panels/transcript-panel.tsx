/** A conversation, up to the chosen record. */
import type { TranscriptMessage } from '../../contract/agent.js'
import { useAnswer } from '../data/use-answer.js'
import { Failure } from '../parts/failure.js'
import { shown } from '../parts/safe-text.js'
import { moveTo } from '../state/moving.js'
import type { PanelProps } from './panel-props.js'

export function TranscriptPanel({ model }: PanelProps) {
  const { value, error } = useAnswer('transcript', { agent: model.agent, at: model.stateAt.value })
  const messages = value?.messages ?? []
  return (
    <div class="transcript scroll">
      <Failure error={error} what="the conversation" />
      {value !== undefined && messages.length === 0 ? (
        <p class="empty">
          Nothing in this agent looks like a conversation yet: a list of messages with a role and a text.
        </p>
      ) : null}
      {value?.isCut === true ? <p class="quiet">Older messages are not shown.</p> : null}
      <ol>
        {messages.map((message, index) => (
          <li
            key={index}
            class={`said ${message.role === 'user' ? 'user' : message.tool === undefined ? 'model' : 'tool'}`}
          >
            <header>
              <strong>{shown(message.role)}</strong>
              <button type="button" class="link quiet" onClick={() => moveTo(model, message.revision)}>
                {message.revision}
              </button>
            </header>
            {message.text === '' ? null : <p>{shown(message.text)}</p>}
            <Tool message={message} />
          </li>
        ))}
      </ol>
    </div>
  )
}

function Tool({ message: { tool } }: { readonly message: TranscriptMessage }) {
  if (tool === undefined) return null
  return (
    <details>
      <summary>
        {tool.output === undefined ? 'calls' : 'gave'}{' '}
        <strong>{shown(tool.name === '' ? (tool.id ?? 'a tool') : tool.name)}</strong>
      </summary>
      {tool.input === undefined ? null : <pre>{shown(JSON.stringify(tool.input, undefined, 2))}</pre>}
      {tool.output === undefined ? null : (
        <pre>{shown(typeof tool.output === 'string' ? tool.output : JSON.stringify(tool.output, undefined, 2))}</pre>
      )}
    </details>
  )
}
