// Builds the package in place: the native part with napi, the rest with tsc.
//
//   node scripts/build.mjs [--release] [--check]
//
// With --check it fails where the committed declarations (native/binding.d.ts, types/) are not what
// the sources say.

import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)
const asked = new Set(process.argv.slice(2))

/** A program of a package that `npm ci` installed. */
function run(name, program, ...args) {
  const folder = dirname(require.resolve(`${name}/package.json`))
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  execFileSync(process.execPath, [join(folder, bin[program]), ...args], { cwd: root, stdio: 'inherit' })
}

/** What a debugger reads is most of a release. */
function strip() {
  for (const name of readdirSync(join(root, 'native')).filter((name) => name.endsWith('.node'))) {
    try {
      execFileSync('strip', ['-S', join(root, 'native', name)], { stdio: 'inherit' })
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
      console.error('not stripped: there is no program strip here')
    }
  }
}

const generated = () => [
  'native/binding.d.ts',
  ...readdirSync(join(root, 'types')).filter((name) => name.endsWith('.d.ts')).map((name) => `types/${name}`),
]
const contents = (names) => new Map(names.map((name) => [name, readFileSync(join(root, name), 'utf8')]))

const committed = contents(generated())
// its own --strip would be a flag of all that is compiled, which then is compiled anew
const profile = asked.has('--release') ? ['--release'] : []
run('@napi-rs/cli', 'napi', 'build', '--platform', '--output-dir', 'native',
  '--js', 'binding.js', '--dts', 'binding.d.ts', ...profile)
if (asked.has('--release') && process.platform !== 'win32') strip()
// what a source no longer makes must not stay
rmSync(join(root, 'lib'), { recursive: true, force: true })
for (const name of generated().slice(1)) rmSync(join(root, name))
run('typescript', 'tsc', '--project', 'js')

if (asked.has('--check')) {
  const now = contents(generated())
  const names = new Set([...committed.keys(), ...now.keys()])
  const changed = [...names].filter((name) => committed.get(name) !== now.get(name))
  if (changed.length > 0) {
    console.error(`these are not what the sources say; now they are, so commit them:\n  ${changed.join('\n  ')}`)
    process.exit(1)
  }
}
