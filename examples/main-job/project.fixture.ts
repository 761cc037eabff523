/** A small project with a little of everything that a review looks for. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const HASH = `sha512-${'A'.repeat(86)}==`
const MIT = 'Permission is hereby granted, free of charge, to any person'

/** Writes it into a directory that does not exist yet, and returns the directory. */
export function writeProject(directory: string): string {
  const write = (path: string, content: object | string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  const install = (path: string, manifest: object): void => write(`${path}/package.json`, manifest)

  write('package.json', { name: 'small', version: '1.0.0' })
  install('node_modules/plain', { name: 'plain', version: '1.2.3', license: 'MIT' })
  write('node_modules/plain/index.js', 'x'.repeat(1_000))
  write('node_modules/plain/CHANGELOG.md', '# Changes\n\n## [2.0.0] - 2031-01-01\n\n## [1.2.3] - 2019-05-06\n\n- first')
  install('node_modules/@scope/native', {
    name: '@scope/native',
    version: '0.1.0',
    license: '(ISC OR GPL-3.0)',
    scripts: { install: 'make' },
  })
  install('node_modules/compiled', { name: 'compiled', version: '3.0.0', licenses: [{ type: 'Apache-2.0' }] })
  write('node_modules/compiled/binding.gyp', '{}')
  install('node_modules/compiled/node_modules/plain', { name: 'plain', version: '1.0.0' })
  write('node_modules/compiled/node_modules/plain/LICENSE', MIT)
  install('node_modules/free', { name: 'free', version: '1.0.0', license: 'AGPL-3.0-only' })
  install('node_modules/silent', { name: 'silent', version: '1.0.0' })
  write('node_modules/broken/package.json', 'not JSON')
  write('own/package.json', { name: 'own', version: '0.0.0' })
  symlinkSync('../own', join(directory, 'node_modules/own'))
  write('package-lock.json', {
    lockfileVersion: 3,
    packages: {
      'node_modules/plain': { version: '1.2.3', resolved: 'https://registry.example/plain.tgz', integrity: HASH },
      'node_modules/@scope/native': {
        version: '0.2.0',
        resolved: 'https://registry.example/native.tgz',
        integrity: 'sha1-AAAA',
      },
      'node_modules/compiled': { version: '3.0.0', resolved: 'git+ssh://git@example/compiled.git#abc' },
      'node_modules/compiled/node_modules/plain': { version: '1.0.0', integrity: HASH },
      'node_modules/free': { version: '1.0.0', resolved: 'https://registry.example/free.tgz' },
    },
  })
  return directory
}
