import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { cohort, simulated, varidex } from './cohort.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 100_000 })

describe('the package', () => {
  it('is imported and required, and is one module', () => {
    const names = 'AbortError,Beacon,Dataset,Group,PolicyView,Published,Table,VaridexError,add,annotate,annotateFile,'
      + 'build,compact,guessMapping,loadPeople,open,openBeacon,openPublished,openSync,simulate,version'
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
