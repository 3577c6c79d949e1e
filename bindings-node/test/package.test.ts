import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { cohort, simulated, varidex } from './cohort.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 100_000 })

describe('the package', () => {
  it('is imported and required, and is one module', () => {
    const names = 'AbortError,Beacon,Dataset,Group,Table,VaridexError,annotate,annotateFile,'
      + 'build,guessMapping,loadPeople,open,openBeacon,openSync,simulate,version'
    const imported = "import * as v from 'varidex'; console.log(Object.keys(v).filter((n) => n !== 'default' && n !== 'module.exports').sort().join())"
    expect(node('--input-type=module', '-e', imported).trim()).toBe(names)
    const required = "console.log(Object.keys(require('varidex')).sort().join())"
    expect(node('--input-type=commonjs', '-e', required).trim()).toBe(names)
    const same = `
      import * as v from 'varidex'
      import { createRequire } from 'node:module'
      console.log(createRequire(import.meta.url)('varidex').VaridexError === v.VaridexError)`
    expect(node('--input-type=module', '-e', same).trim()).toBe('true')
  })

  it('has types that TypeScript takes, as a user would write', () => {
    for (const project of ['test/types', 'test']) {
      const { stdout, status } = spawnSync(
        process.execPath, ['node_modules/typescript/bin/tsc', '--project', project], { cwd: root, encoding: 'utf8', timeout: 100_000 },
      )
      expect([stdout, status]).toEqual(['', 0])
    }
  })

  it('ends when there is nothing left to do', async () => {
    const { path } = await cohort()
    const program = `
      const varidex = require('varidex')
      varidex.open(process.argv[1]).then(async (dataset) => {
        const iterator = dataset.variants('all').batches()
        await iterator.next()
        console.log((await dataset.ask('all')).count)
      })`
    expect(node('--input-type=commonjs', '-e', program, path).trim()).toBe('4')
  })
})

describe('the beacon of the examples', () => {
  it('is short', () => {
    const lines = readFileSync(join(root, 'examples/beacon.mjs'), 'utf8').trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(60)
  })

  it('answers', async () => {
    const dataset = await cohort()
    const beacon = spawn(process.execPath, ['examples/beacon.mjs', dataset.path], {
      cwd: root, stdio: ['ignore', 'pipe', 'inherit'], timeout: 100_000,
    })
    try {
      const [url] = await once(createInterface({ input: beacon.stdout }), 'line')
      const ask = async (path: string) => {
        const response = await fetch(url + path)
        return [response.status, await response.json()]
      }
      const meta = { beaconId: 'org.example.varidex', apiVersion: 'v2.0.0', snapshot: dataset.snapshot }
      const answer = (responseSummary: object) => [200, { meta, responseSummary }]
      const allele = '/g_variants?referenceName=21&start=999&referenceBases=A&alternateBases='
      expect(await ask(`${allele}G`)).toEqual(answer({ exists: true, numTotalResults: 1, alleleFrequency: 0.5 }))
      expect(await ask(`${allele}T`)).toEqual(answer({ exists: false, numTotalResults: 0, alleleFrequency: 0 }))
      expect(await ask('/g_variants?referenceName=chr21&start=0&end=2500')).toEqual(answer({ exists: true, numTotalResults: 3 }))
      expect(await ask('/individuals?filters=HP:0003324&filters=sex:female')).toEqual(answer({ exists: true, numTotalResults: 2 }))
      expect(await ask('/individuals')).toEqual(answer({ exists: true, numTotalResults: 4 }))
      expect((await ask('/individuals?filters=HP:9999999'))[0]).toBe(400)
      for (const text of ['samples("/etc/passwd")', 'samples(@/etc/passwd)', '{"samples":{"file":"/etc/passwd"}}']) {
        expect((await ask(`/individuals?filters=${encodeURIComponent(text)}`))[0], text).toBe(400)
      }
      expect((await ask('/g_variants?referenceName=21&start=x'))[0]).toBe(400)
      expect((await ask('/__proto__'))[0]).toBe(404)
      const many = await Promise.all(Array.from({ length: 50 }, () => ask(`${allele}G`)))
      expect(many.every(([status]) => status === 200)).toBe(true)
    } finally {
      if (beacon.kill()) await once(beacon, 'exit')
    }
  })
})

describe('memory', () => {
  it('is given back', async () => {
    const { genotypes, people, path } = await simulated()
    const built = await varidex.build(genotypes, path, { people })
    built.close()
    const told = node('--expose-gc', 'test/leak.mjs', path)
    const { growth, mapped } = JSON.parse(told)
    expect(mapped, 'maps of files that nobody can reach').toBe(0)
    expect(growth, 'MiB in 40 rounds').toBeLessThan(16)
  })
})
