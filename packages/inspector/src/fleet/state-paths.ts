/** The paths of states, and of those that they are in. A `.` in a name is preceded by `\`. */
export function withParents(active: readonly string[]): ReadonlySet<string> {
  const paths = new Set<string>()
  for (const path of active) {
    const keys = path.match(/(?:\\.|[^.\\])+/g) ?? []
    for (let length = 1; length <= keys.length; length++) paths.add(keys.slice(0, length).join('.'))
  }
  return paths
}
