/**
 * Ends a vitest run with one plain line, `tests: N passed, N failed`, and names each test that did not run, with the
 * reason that `context.skip(reason)` gave. A file or a hook that failed counts as one failed test.
 */
export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const module of modules) {
      counts.failed += module.errors().length
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length
      for (const test of module.children.allTests()) counts[settledState(test)] += 1
    }
    process.stdout.write(`\n${closingLine(counts)}\n`)
  }
}

function settledState(test) {
  const { state, note } = test.result()
  if (state === 'passed' || state === 'failed') return state
  console.log(`SKIPPED ${test.fullName}: ${note ?? 'no reason given'}`)
  return 'skipped'
}

function closingLine({ passed, failed, skipped }) {
  const counted = `tests: ${passed} passed, ${failed} failed`
  return skipped > 0 ? `${counted}, ${skipped} skipped` : counted
}
