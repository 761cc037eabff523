/** A child of a test does not outlive it: it ends when its parent is gone. */

function end() {
  process.exit(1)
}
process.once('disconnect', end)

/** Takes leave of the parent: the process ends when nothing keeps it. */
export function leave() {
  process.off('disconnect', end)
  process.disconnect()
}
