// Packs the package as it is built here, installs the result into an empty directory, and asks a
// dataset and a beacon there. It prints where the package is.

import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
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
    import { readFileSync, writeFileSync } from 'node:fs'
    import * as varidex from 'varidex'
    const made = await varidex.simulate('cohort', { samples: 20, variants: 100, contig: 'chr22' })
    const dataset = await varidex.build(made.genotypes, 'cohort.vdx', { people: made.people })
    const [row] = await dataset.variants('ac>=2').toArray()
    writeFileSync('beacon.toml', readFileSync('beacon.toml', 'utf8').replace('known.vdx', 'cohort.vdx'))
    const beacon = await varidex.openBeacon('beacon.toml')
    const query = new URLSearchParams({
      referenceName: row.chrom, start: row.pos - 1, referenceBases: row.ref, alternateBases: row.alt,
    })
    const { status, body } = await beacon.answer('/g_variants', { query: query.toString() })
    if (status !== 200 || !('exists' in JSON.parse(body).responseSummary)) throw new Error(status + ': ' + body)
  `)
  copyFileSync(join(root, '..', 'beacon-server', 'beacon.toml'), join(empty, 'beacon.toml'))
  execFileSync(process.execPath, ['build.mjs'], { cwd: empty, stdio: 'inherit', timeout: 100_000 })
} finally {
  rmSync(empty, { recursive: true, force: true })
}
console.log(`${join(root, packed.filename)}: installs into an empty directory, and answers`)
