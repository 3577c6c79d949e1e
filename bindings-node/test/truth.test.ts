// Whole questions about an invented cohort, beside the answers that were written down when it was invented.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { folder, varidex } from './cohort.js'

interface Question {
  ask: string
  by_annotation?: { count: number; ids: string[] }
}

let at: string
let made: varidex.Simulated
let dataset: varidex.Dataset
beforeAll(async () => {
  at = folder()
  made = await varidex.simulate(at, { samples: 1000, variants: 1500, people: true, contig: 'chr22' })
  const file = (name: string) => join(at, name)
  dataset = await varidex.build(made.genotypes, file('cohort.vdx'), {
    genes: file('genes.gff3.gz'),
    people: [file('people.ndjson'), file('populations.tsv'), file('family.ped')],
    ontologies: [file('terms.obo'), file('diseases.hpoa')],
  })
})

it('the questions about genes and people have the true answers', async () => {
  const { questions } = JSON.parse(readFileSync(join(at, 'truth.json'), 'utf8')) as { questions: Question[] }
  const told = questions.filter((question) => question.by_annotation !== undefined)
  expect(told.length).toBeGreaterThan(5)
  const found = await Promise.all(told.map(({ ask }) => dataset.ask(ask)))
  for (const [n, { ask, by_annotation: truth }] of told.entries()) {
    expect(found[n]?.count, ask).toBe(truth?.count)
    expect(found[n]?.idsSync().sort(), ask).toEqual(truth?.ids.sort())
  }
  expect(found.some(({ count }) => count > 0)).toBe(true)
})

it('every allele has the true counts', async () => {
  const [header = '', ...lines] = readFileSync(made.truth, 'utf8').trimEnd().split('\n')
  const columns = header.split('\t')
  const rows = lines.map((line) => {
    const cells = line.split('\t')
    return Object.fromEntries(columns.map((name, n) => [name, cells[n] ?? '']))
  })
  const column = (name: string) => rows.map((row) => row[name] ?? '')
  const many = await dataset.frequencyMany(column('chrom'), column('pos').map(Number), column('ref'), column('alt'))
  expect(many.found.every((found) => found === 1)).toBe(true)
  for (const name of ['ac', 'an', 'n_het', 'n_hom', 'n_hemi', 'n_missing'] as const) {
    expect([...many[name]], name).toEqual(column(name).map(Number))
  }
})

it('what was annotated is shown, and asked for', async () => {
  const { report } = dataset
  expect(report?.annotations).toMatchObject({ from: 'CSQ', refused: 0, reasons: [] })
  expect(report?.annotations?.read).toBe(report?.annotations?.stored)
  expect(dataset.info().annotations).toBe('csq')
  expect((await dataset.variants('impact>=moderate').toArray()).length).toBeGreaterThan(0)
  const plain = await varidex.build(made.genotypes, join(at, 'plain.vdx'), { annotations: 'none' })
  expect([plain.report?.annotations, plain.info().annotations]).toEqual([null, null])
  await expect(varidex.build(made.genotypes, join(at, 'x.vdx'), { annotations: 'vep' as 'csq' }))
    .rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
})

it('expressions may be objects', async () => {
  const text = await dataset.ask('carriers(gene:TLR7 & af<0.01) & disease:"COVID-19" & !sex:male')
  const object = await dataset.ask({
    and: [
      { carriers: { of: { and: [{ gene: 'TLR7' }, { af: { '<': 0.01 } }] } } },
      { disease: 'COVID-19' },
      { not: { sex: 'male' } },
    ],
  })
  expect(object.equals(text)).toBe(true)
  expect(object.expression).toBe(text.expression)
  const where = { and: [{ gene: 'TLR7' }, { ac: { '>=': 2 } }] }
  const group = { sex: 'female' }
  expect(await dataset.frequencies(where, { group }).toArray())
    .toEqual(await dataset.frequencies('gene:TLR7 & ac>=2', { group: 'sex:female' }).toArray())
  expect((await dataset.genotypes(where, { group })).rows).toBeGreaterThan(0)
  await expect(dataset.ask({ sexx: 'female' })).rejects.toMatchObject({ code: 'ERR_VARIDEX_EXPRESSION' })
  await expect(dataset.ask(new Date() as object)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
})
