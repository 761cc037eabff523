/**
 * Exports that their types alone guard, by entry. What an application calls is not among them: these are parts for authors of
 * stores, readers and test tools, which call them with what they know already, some for each record.
 */

/** Made of a text. */
const ERRORS = ['RefoldError']
const TEXTS = ['printable', 'printableLines']
const USAGE = ['addUsage', 'usageIn']

export const GUARDED_BY_TYPES: Readonly<Record<string, readonly string[]>> = {
  '@refold/core': [...ERRORS, ...TEXTS, 'TerminalError', 'advance'],
  '@refold/core/definition': ['suggestName'],
  '@refold/core/history': [
    ...ERRORS,
    ...USAGE,
    'activeStates',
    'conditionOf',
    'fieldAt',
    'nearestName',
    'takenEvents',
    'touches',
  ],
  '@refold/core/record': [
    ...ERRORS,
    ...USAGE,
    'advance',
    'applyPatch',
    'canonicalJson',
    'diff',
    'fold',
    'hasReadableBody',
    'hashOfJson',
    'headerOf',
    'lengthOf',
    'nodeOf',
    'parsePointer',
    'toPointer',
  ],
  '@refold/core/store': [
    ...ERRORS,
    ...TEXTS,
    'advance',
    'anotherHistory',
    'appendBytes',
    'applyHeader',
    'assertDecidedOn',
    'assertFits',
    'assertNotEmpty',
    'backoffMs',
    'checkMembers',
    'counted',
    'followLog',
    'fromGiven',
    'invariant',
    'isSameEntry',
    'manyMayListen',
    'matchesQuery',
    'readHeader',
    'rebuildDirectory',
    'scannedEvent',
    'storedEvent',
  ],
  // words for what a history, or a chart that `chartFrom` made, has given
  '@refold/inspector/answers': [
    'aboutRecord',
    'becomes',
    'differingPlaces',
    'errorText',
    'heldUpBy',
    'lastRecord',
    'whoText',
  ],
  '@refold/inspector/chart': ['litBy', 'rowsOf', 'statesOf'],
  // a configuration is checked where it is loaded; a supervisor is made by the command
  '@refold/cli': ['Supervisor'],
  '@refold/testing': [
    'BrokenInvariantError',
    'ProcessDiedError',
    'RecoveryDiffersError',
    'RunBlockedError',
    'SimulatedProcess',
    'Simulation',
    'StuckError',
    'checkInvariants',
    'foldStream',
    'storeContract',
    'storeDifferential',
  ],
}
