/** The fields of an interface, read from its source text: types are gone at run time. */
export function fieldsOf(source: string, name: string): readonly string[] {
  const body = new RegExp(String.raw`export interface ${name}(?: extends \w+)? \{\n(.*?)\n\}`, 's').exec(source)?.[1]
  if (body === undefined) throw new Error(`no interface ${name} in the source`)
  return [...body.matchAll(/^ {2}readonly (\S+?)\??: /gm)].map(([, field = '']) => field)
}
