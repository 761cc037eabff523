/** The page: what the server's answers show, and nothing that they do not. */
import { render } from 'preact'

render(<main>Refold</main>, document.body)
