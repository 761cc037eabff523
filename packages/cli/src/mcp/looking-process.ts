/** The process of a command that only looks: it ends with the server that started it, which holds the other end of its input. */
process.stdin.on('end', () => process.exit()).on('error', () => process.exit())
process.stdin.resume().unref()
await import('../main.js')
