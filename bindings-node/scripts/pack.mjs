// Packs the package as it is built here, installs the result into an empty directory, and runs the
// example there. It prints where the package is.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const npm = (cwd, ...args) => execFileSync('npm', [...args, '--loglevel=error'], {
  cwd, encoding: 'utf8', timeout: 600_000, shell: process.platform === 'win32',
})

copyFileSync(join(root, '..', 'LICENSE'), join(root, 'LICENSE'))
const [packed] = JSON.parse(npm(root, 'pack', '--json'))
const files = packed.files.map(({ path }) => path)
for (const needed of [/\.node$/, /^lib\/index\.js$/, /^types\/index\.d\.ts$/, /^index\.mjs$/, /^LICENSE$/]) {
  if (!files.some((path) => needed.test(path))) throw new Error(`the package has no ${needed}`)
}

const empty = mkdtempSync(join(tmpdir(), 'varidex-pack-'))
try {
  writeFileSync(join(empty, 'package.json'), '{"private": true}\n')
  // it needs nothing but itself
  npm(empty, 'install', '--offline', '--no-audit', '--no-fund', join(root, packed.filename))
  mkdirSync(join(empty, 'cohort'))
  writeFileSync(join(empty, 'build.mjs'), `
    import * as varidex from 'varidex'
    const made = await varidex.simulate('cohort', { samples: 20, variants: 100, contig: 'chr22' })
    const dataset = await varidex.build(made.genotypes, 'cohort.vdx', { people: made.people })
    const [row] = await dataset.variants('ac>=2').toArray()
    console.log(JSON.stringify(row))
  `)
  const node = (...args) => execFileSync(process.execPath, args, { cwd: empty, encoding: 'utf8', timeout: 100_000 })
  const row = JSON.parse(node('build.mjs'))

  const beacon = spawn(process.execPath, ['node_modules/varidex/examples/beacon.mjs', 'cohort.vdx'], {
    cwd: empty, stdio: ['ignore', 'pipe', 'inherit'], timeout: 100_000,
  })
  try {
    const [url] = await once(createInterface({ input: beacon.stdout }), 'line')
    const query = new URLSearchParams({
      referenceName: row.chrom, start: row.pos - 1, referenceBases: row.ref, alternateBases: row.alt,
    })
    const response = await fetch(`${url}/g_variants?${query}`)
    const { responseSummary } = await response.json()
    if (responseSummary?.alleleFrequency !== row.af) {
      throw new Error(`the example says ${JSON.stringify(responseSummary)} of ${JSON.stringify(row)}`)
    }
  } finally {
    if (beacon.kill()) await once(beacon, 'exit')
  }
} finally {
  rmSync(empty, { recursive: true, force: true })
}
console.log(`${join(root, packed.filename)}: installs into an empty directory, and its example answers`)
