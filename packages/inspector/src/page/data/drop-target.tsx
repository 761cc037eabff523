/** An exported history that is dropped on the page, or chosen, opens in it. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { go } from '../route.js'
import { say } from '../state/notices.js'
import { openSource } from '../state/session.js'
import { codedOf } from './source.js'

const isOver = signal(false)

export function DropTarget() {
  useEffect(() => {
    const end = new AbortController()
    const { signal } = end
    addEventListener('dragover', (event) => over(event), { signal })
    addEventListener('dragleave', (event) => event.relatedTarget === null && (isOver.value = false), { signal })
    addEventListener('drop', (event) => drop(event), { signal })
    return () => end.abort()
  }, [])
  if (!isOver.value) return null
  return (
    <div class="drop">
      <p>Drop an exported history to open it here.</p>
    </div>
  )
}

function over(event: DragEvent): void {
  if (event.dataTransfer?.types.includes('Files') !== true) return
  event.preventDefault()
  isOver.value = true
}

function drop(event: DragEvent): void {
  const file = event.dataTransfer?.files[0]
  isOver.value = false
  if (file === undefined) return
  event.preventDefault()
  void openFile(file)
}

/** The code that reads files is loaded now. */
async function openFile(file: File): Promise<void> {
  try {
    const { fileSource } = await import('./file-source.js')
    const opened = await fileSource(file)
    await openSource(opened.source)
    if (opened.trouble !== undefined) say(`A part of this file is damaged: ${opened.trouble.message}`)
    const [only, ...others] = opened.agents
    go(only !== undefined && others.length === 0 ? { view: 'agent', agent: only } : { view: 'fleet' })
  } catch (error) {
    say(`This file cannot be opened: ${codedOf(error).message}`)
  }
}
