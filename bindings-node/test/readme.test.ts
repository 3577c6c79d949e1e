// The examples of the README and of the book do what stands behind `//`.

import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { folder, varidex } from './cohort.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const book = join(root, '..', 'docs', 'src')
const names = readdirSync(book, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))
const pages = [join(root, '..', 'README.md'), ...names.map((name) => join(book, name))]
/** The blocks of a page, which are one program. */
const program = (page: string) => [...readFileSync(page, 'utf8').matchAll(/^```js\n([^]*?)^```$/gm)].map(([, block]) => block).join('\n')

let at: string
beforeAll(async () => {
  at = folder()
  const options = { samples: 2000, variants: 5000 }
  const cohort = await varidex.simulate(join(at, 'cohort'), options)
  await varidex.build(cohort.genotypes, join(at, 'cohort.vdx'))
  const known = await varidex.simulate(join(at, 'known'), { ...options, people: true })
  const made = (name: string) => join(at, 'known', name)
  await varidex.build(known.genotypes, join(at, 'known.vdx'), {
    people: ['people.ndjson', 'populations.tsv', 'family.ped'].map(made),
    ontologies: ['terms.obo', 'diseases.hpoa'].map(made),
    genes: made('genes.gff3.gz'),
  })
  mkdirSync(join(at, 'node_modules'))
  symlinkSync(root, join(at, 'node_modules', 'varidex'), 'junction')
})

it('there are examples in the README and in the book', () => {
  expect(pages.filter(program).length).toBeGreaterThan(1)
})

it.each(pages.filter(program))('%s prints what stands behind its lines', (page) => {
  const example = program(page)
  const shown = [...example.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, shown]) => shown)
  expect(shown.length).toBeGreaterThan(2)
  writeFileSync(join(at, 'example.mjs'), example)
  const printed = execFileSync(process.execPath, ['example.mjs'], { cwd: at, encoding: 'utf8', timeout: 100_000 })
  expect(printed.trimEnd().split('\n')).toEqual(shown)
})
