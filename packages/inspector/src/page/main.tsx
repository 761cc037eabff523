/** The page: what the server's answers show, and nothing that they do not. */
import { render } from 'preact'
import { App } from './app.js'
import { openWith, serverSource } from './data/server-source.js'
import { codedOf } from './data/source.js'
import { listenToKeys } from './keys/keymap.js'
import { listenToAddress } from './route.js'
import { openSource, refused } from './state/session.js'

await start()

async function start(): Promise<void> {
  const token = tokenInAddress()
  listenToAddress()
  listenToKeys()
  render(<App />, document.body)
  try {
    if (token !== undefined) await openWith(token)
    await openSource(serverSource())
  } catch (error) {
    refused.value = codedOf(error)
  }
}

/** Gone from the address and from the browser's history before anything is shown. */
function tokenInAddress(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search)
  return token ?? undefined
}
