// The README's examples do what the README says.

import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { folder, varidex } from './cohort.js'

const root = fileURLToPath(new URL('..', import.meta.url))

it('the example of the README prints what stands behind it', async () => {
  const readme = readFileSync(join(root, '..', 'README.md'), 'utf8')
  const [block] = readme.split('## From Node')[1]?.match(/(?<=```js\n)[^]*?(?=```)/) ?? []
  if (block === undefined) throw new Error('the README has no example for Node')
  const told = [...block.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, told]) => told)
  expect(told.length).toBeGreaterThan(2)

  // the cohort of the README's first five minutes
  const at = folder()
  const made = await varidex.simulate(join(at, 'cohort'), { samples: 2000, variants: 5000 })
  await varidex.build(made.genotypes, join(at, 'cohort.vdx'))
  mkdirSync(join(at, 'node_modules'))
  symlinkSync(root, join(at, 'node_modules', 'varidex'), 'junction')
  writeFileSync(join(at, 'example.mjs'), block)
  const printed = execFileSync(process.execPath, ['example.mjs'], { cwd: at, encoding: 'utf8', timeout: 100_000 })
  expect(printed.trimEnd().split('\n')).toEqual(told)
})
