// What leaves under a policy.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { tableFromIPC } from 'apache-arrow'
import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { folder, varidex } from './cohort.js'

/** Twelve people, of whom one has a rare allele and six a common one. */
const PEOPLE = Array.from({ length: 12 }, (_, number) => number)
const RARE = '1:100:A:G'
const COMMON = '1:200:C:T'

const TERMS = 'format-version: 1.2\nontology: hp\n\n[Term]\nid: HP:0001250\nname: Seizure\n\n[Term]\nid: HP:0001337\nname: Tremor\n'

let dataset: varidex.Dataset

beforeEach(async () => {
  const at = folder()
  const write = (name: string, lines: string[][] | string) => {
    const text = typeof lines === 'string' ? lines : lines.map((line) => `${line.join('\t')}\n`).join('')
    writeFileSync(join(at, name), text)
    return join(at, name)
  }
  const genotypes = (carries: (number: number) => boolean) => PEOPLE.map((number) => carries(number) ? '0/1' : '0/0')
  const vcf = write('a.vcf', [
    ['##fileformat=VCFv4.3'], ['##contig=<ID=1>'],
    ['#CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO', 'FORMAT', ...PEOPLE.map((number) => `SECRET${number}`)],
    ['1', '100', '.', 'A', 'G', '.', '.', '.', 'GT', ...genotypes((number) => number === 3)],
    ['1', '200', '.', 'C', 'T', '.', '.', '.', 'GT', ...genotypes((number) => number < 6)],
  ])
  const people = write('people.tsv', [
    ['individual_id', 'sample', 'sex', 'hpo'],
    ...PEOPLE.map((number) => [
      `P${number}`, `SECRET${number}`, number % 2 === 0 ? 'female' : 'male',
      number === 0 ? 'HP:0001250|HP:0001337' : number < 6 ? 'HP:0001250' : '',
    ]),
  ])
  dataset = await varidex.build(vcf, join(at, 'a.vdx'), { people, ontologies: write('hp.obo', TERMS) })
})

describe('under a policy', () => {
  it('few are withheld', async () => {
    const shown = await dataset.underPolicy('omop')
    expect(shown).toBeInstanceOf(varidex.PolicyView)
    expect(shown.policy).toMatchObject({ name: 'omop', floor: { people: 5 } })
    expect(await shown.ask(`carriers(${RARE})`)).toEqual({ exists: null, count: null, status: 'withheld' })
    // with AC beside it, the exact number would say how many have two copies
    expect(await shown.ask(`carriers(${COMMON})`)).toEqual({ exists: true, count: 5, status: 'rounded' })
    expect(shown.askSync({ sex: 'female' })).toEqual({ exists: true, count: 6, status: 'exact' })
    expect(shown.askSync(`carriers(${RARE})`).status).toBe('withheld')
    expect(await shown.hasVariants(RARE)).toBeNull()
    expect(await shown.hasVariants(COMMON)).toBe(true)
    expect(await shown.explain('sex:female')).toEqual([{ what: 'sex:female', how: 'what is recorded of people' }])
    expect(inspect(shown)).toBe("PolicyView { policy: 'omop' }")
  })

  it('a ledger remembers what was asked', async () => {
    const at = folder()
    const [ledger, ledgerSecret] = [join(at, 'ledger.db'), join(at, 'secret')]
    writeFileSync(ledgerSecret, Buffer.alloc(32))
    const allButOne = `sex:male & !carriers(${RARE})`
    expect((await dataset.underPolicy('omop')).askSync(allButOne).count).toBe(5)
    const shown = (asker: string) => dataset.underPolicy('omop', { ledger, ledgerSecret, asker, population: 'P' })
    expect(await (await shown('alice')).ask('sex:male')).toMatchObject({ count: 6 })
    const bob = await shown('bob')
    expect(await bob.ask(allButOne)).toMatchObject({ status: 'withheld' })
    expect(bob.note).toBeNull()
    await dataset.withdraw({ individuals: ['P0'] })
    expect((await shown('bob')).note).toBe('1 people withdrew since the last question: what answers differ by is of these alone')
    const kept = await dataset.underPolicy({ name: 'ours', budget: { influence: 0.1 } })
    expect(kept.note).toBe('the budget of policy `ours` is not kept without a ledger')
    for (const wrong of [{ ledger }, { ledgerSecret }, { asker: 'alice' }]) {
      await expect(dataset.underPolicy('omop', wrong)).rejects.toThrow('ledger: expected its file')
    }
  })

  it('tables are cut', async () => {
    const shown = await dataset.underPolicy('omop')
    const table = shown.frequencies('all')
    const rows = await table.toArray()
    expect(rows).toEqual([{
      chrom: '1', pos: 200, id: null, ref: 'C', alt: 'T', ac: 6, an: 20, af: 0.3, n_het: 6, n_hom: 0, n_hemi: 0, status: 'rounded',
    }])
    expectTypeOf(rows).toEqualTypeOf<varidex.ShownFrequencyRow[]>()
    expect(await table.count()).toBe(1)
    const arrow = tableFromIPC(await table.toIPC())
    expect(arrow.schema.fields.map(({ name }) => name)).toEqual(Object.keys(rows[0] ?? {}))
    const part = await shown.frequencies('all', { columns: ['ac', 'status'], limit: 1 }).page()
    expect(part).toEqual({ rows: [{ ac: 6, status: 'rounded' }], after: null })
    expect(await shown.frequencies('all', { offset: 1 }).toArray()).toEqual([])
    // three of six have it: fewer than five
    const by = await shown.frequencies(COMMON, { by: 'sex' }).toArray()
    expect(by.map(({ sex, ac, status }) => [sex, ac, status]))
      .toEqual([['all', 6, 'rounded'], ['female', null, 'withheld'], ['male', null, 'withheld']])
    const group = await shown.frequencies(COMMON, { group: 'sex:female' }).toArray()
    expect(group).toMatchObject([{ ac: null, an: null, n_het: null, status: 'withheld' }])
    const json = shown.frequencies({ pos: { '=': 200 } }, { group: { not: { sex: 'male' } } })
    expect(await json.toArray()).toEqual(group)
    expect(await shown.people({ by: 'sex' }).toArray())
      .toEqual(['female', 'male'].map((sex) => ({ sex, people: 6, status: 'exact' })))
    const terms = await shown.findTerms().toArray()
    expect(terms).toEqual([{ id: 'HP:0001250', label: 'Seizure', people: 5, status: 'rounded' }])
    expect(await shown.findTerms('tremor').toArray()).toEqual([])
    expect(await shown.findTerms('seizure', { columns: 'id' }).toArray()).toEqual([{ id: 'HP:0001250' }])
  })

  it('rules of ones own hold', async () => {
    const ours: varidex.Policy = { name: 'ours', granularity: 'count', floor: { people: 2 }, rounding: 4, two_tailed: false }
    const shown = await dataset.underPolicy(ours)
    expect(shown.policy).toMatchObject(ours)
    expect(await shown.ask(`carriers(${COMMON})`)).toEqual({ exists: true, count: 8, status: 'rounded' })
    const again = await dataset.underPolicy(JSON.stringify(shown.policy))
    expect(again.policy).toEqual(shown.policy)
    const whether = await dataset.underPolicy({ name: 'whether', floor: { people: 2 }, two_tailed: false })
    expect(await whether.ask(`carriers(${COMMON})`)).toEqual({ exists: true, count: null, status: 'exact' })
    await expect(whether.people({ by: 'sex' }).toArray()).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
    const open = await dataset.underPolicy('open')
    expect(await open.ask(`carriers(${RARE})`)).toEqual({ exists: true, count: 1, status: 'exact' })
  })

  it('what is no policy is refused', async () => {
    for (const bad of ['nothing', '', { name: 'a', noise: { epsilon: 1 } }, { floor: 3 }, { name: 'a', rounding: 0 }]) {
      await expect(dataset.underPolicy(bad as varidex.Policy), JSON.stringify(bad))
        .rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE', message: expect.stringContaining('policy') })
    }
    for (const bad of [undefined, null, 7, ['omop'], new Map()]) {
      await expect(dataset.underPolicy(bad as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    }
    await expect(dataset.underPolicy('omop', { polcy: 1 } as object)).rejects.toThrow('There is no option "polcy"')
    await expect(dataset.underPolicy('public')).rejects.toThrow('1000 people')
  })

  it('what is of one person is refused', async () => {
    const shown = await dataset.underPolicy('omop')
    for (const who of ['samples(SECRET3)', 'individuals(P3)']) {
      await expect(shown.ask(who), who).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE', message: expect.stringContaining('by their ids') })
      expect(() => shown.askSync(who)).toThrow('by their ids')
      await expect(shown.explain(who)).rejects.toThrow('by their ids')
    }
    await expect(shown.frequencies('all', { by: ['sex', 'age', 'population'] }).toArray()).rejects.toThrow('two fields')
    expect(JSON.stringify(await shown.frequencies('all', { by: 'sex' }).toArray())).not.toContain('SECRET')
  })

  it('arguments are checked', async () => {
    const shown = await dataset.underPolicy('omop')
    const group = await dataset.ask('sex:female')
    expect(() => shown.frequencies('all', { group: group as never })).toThrow('options.group')
    expect(() => shown.frequencies('all', { after: 'x' } as object)).toThrow('There is no option "after"')
    expect(() => shown.people({} as never)).toThrow('options.by')
    expect(() => shown.people(undefined as never)).toThrow('options.by')
    expect(() => shown.findTerms(7 as never)).toThrow('words')
    await expect(shown.ask(7 as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    await expect(shown.hasVariants('gene:')).rejects.toMatchObject({ code: 'ERR_VARIDEX_EXPRESSION' })
    await expect(shown.frequencies('all', { columns: 'n_missing' }).toArray()).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
  })

  it('a signal ends it', async () => {
    const shown = await dataset.underPolicy('omop')
    const signal = AbortSignal.abort('no reason')
    const calls: (() => Promise<unknown>)[] = [
      () => dataset.underPolicy('omop', { signal }),
      () => shown.ask('all', { signal }),
      () => shown.explain('all', { signal }),
      () => shown.hasVariants('all', { signal }),
      () => shown.people({ by: 'sex', signal }).toArray(),
      () => shown.frequencies('all', { signal }).toIPC(),
      () => shown.findTerms(undefined, { signal }).count(),
    ]
    for (const call of calls) {
      await expect(call(), String(call)).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: 'no reason' })
    }
  })

  it('who withdraws is gone at once', async () => {
    const shown = await dataset.underPolicy('datashield')
    const table = shown.frequencies(COMMON, { columns: ['ac', 'an'] })
    expect((await shown.ask('all')).count).toBe(12)
    expect(await table.toArray()).toEqual([{ ac: 6, an: 24 }])
    await dataset.withdraw({ individuals: ['P0'] })
    expect((await shown.ask('all')).count).toBe(11)
    expect(shown.askSync('all').count).toBe(11)
    expect(await table.toArray()).toEqual([{ ac: 5, an: 24 }])
    await dataset.restore({ individuals: ['P0'] })
    expect((await shown.ask('all')).count).toBe(12)
  })

  it('views outlive the dataset, and are of its purpose', async () => {
    await dataset.withdraw({ samples: ['SECRET1'], purposes: ['af'] })
    const seen = await dataset.view({ purpose: 'af' })
    const shown = await seen.underPolicy('datashield')
    seen.close()
    dataset.close()
    expect((await shown.frequencies(COMMON, { columns: 'ac' }).toArray())).toEqual([{ ac: 5 }])
    await expect(dataset.underPolicy('omop')).rejects.toMatchObject({ code: 'ERR_VARIDEX_CLOSED' })
  })
})
