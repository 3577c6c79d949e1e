// Counts that are published, and asked.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { folder, varidex } from './cohort.js'

/** Every second person of each sex has one allele, six people another one, and one a third. */
const PEOPLE = Array.from({ length: 24 }, (_, number) => number)

let at: string
let dataset: varidex.Dataset
let file: varidex.Published

beforeEach(async () => {
  at = folder()
  const lines = (rows: string[][]) => rows.map((row) => `${row.join('\t')}\n`).join('')
  const row = (pos: number, carries: (number: number) => boolean) =>
    ['1', `${pos}`, '.', 'A', 'G', '.', '.', '.', 'GT', ...PEOPLE.map((number) => carries(number) ? '0/1' : '0/0')]
  writeFileSync(join(at, 'a.vcf'), lines([
    ['##fileformat=VCFv4.3'], ['##contig=<ID=1>'],
    ['#CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO', 'FORMAT', ...PEOPLE.map((number) => `SECRET${number}`)],
    row(100, (number) => number % 4 < 2), row(200, (number) => number < 6), row(300, (number) => number === 0),
  ]))
  const people = join(at, 'people.tsv')
  writeFileSync(people, lines([
    ['individual_id', 'sample', 'sex'],
    ...PEOPLE.map((number) => [`P${number}`, `SECRET${number}`, number % 2 === 0 ? 'female' : 'male']),
  ]))
  dataset = await varidex.build(join(at, 'a.vcf'), join(at, 'a.vdx'), { people })
  const report = await dataset.publish(join(at, 'counts.vdx'), { policy: 'omop', by: 'sex', population: 'two dozen' })
  expect(report).toMatchObject({ sites: 2, refused: 1, strata: ['F', 'M'], left_out: 0 })
  file = await varidex.openPublished(join(at, 'counts.vdx'))
})

describe('published counts', () => {
  it('are by strata', async () => {
    expect(file).toBeInstanceOf(varidex.Published)
    expect(file.strata).toEqual(['F', 'M'])
    expect(file.info.about).toMatchObject({ population: 'two dozen', fields: ['sex'] })
    expect(JSON.stringify(file.info)).not.toContain('SECRET')
    expect(await file.site('chr1', 100, 'a', 'G'))
      .toEqual({ ac: 12, an: 50, af: 0.24, n_het: 12, n_hom: 0, n_hemi: 0, status: 'rounded' })
    for (const [group, ac] of [['F', 6], ['M', 6], ['F|M', 12], ['Total', 12]] as const) {
      expect(await file.site('1', 100, 'A', 'G', { group })).toMatchObject({ ac })
    }
    expect(await file.site('1', 200, 'A', 'G', { group: 'F' })).toMatchObject({ ac: null, status: 'withheld' })
    expect(await file.site('1', 300, 'A', 'G')).toBeNull()
    await file.verify()
    expect(inspect(file)).toContain('Published')
  })

  it('are tables', async () => {
    const rows = await file.frequencies('1:50-1000', { by: 'sex' }).toArray()
    expectTypeOf(rows).toEqualTypeOf<varidex.PublishedRow[]>()
    expect(rows.map(({ pos, sex, ac, status }) => [pos, sex, ac, status])).toEqual([
      [100, 'all', 12, 'rounded'], [100, 'female', 6, 'rounded'], [100, 'male', 6, 'rounded'],
      [200, 'all', 6, 'rounded'], [200, 'female', null, 'withheld'], [200, 'male', null, 'withheld'],
    ])
    expect(await file.frequencies({ pos: { '=': 100 } }, { group: 'F', columns: ['ac'], limit: 1 }).toArray()).toEqual([{ ac: 6 }])
    const mine = join(at, 'mine.vcf')
    writeFileSync(mine, '##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n'
      + '1\t100\tx\tAT\tGT\t.\t.\t.\n1\t300\ty\tA\tG,*\t.\t.\t.\n')
    const sites = await file.sites(mine, { group: 'M' }).toArray()
    expect(sites.map(({ id, alt, ac, status }) => [id, alt, ac, status]))
      .toEqual([['x', 'GT', 6, 'rounded'], ['y', 'G', null, 'withheld'], ['y', '*', null, null]])
  })

  it('are asked for what they say', async () => {
    await expect(file.site('1', 100, 'A', 'G', { group: 'FIN' })).rejects.toThrow('Total, F, M')
    await expect(file.frequencies('gene:RYR1').toArray()).rejects.toMatchObject({ code: 'ERR_VARIDEX_EXPRESSION' })
    await expect(file.frequencies('all', { by: 'age' }).toArray()).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
    await expect(file.site('2', 100, 'A', 'G')).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
    await expect(file.site('1', -1, 'A', 'G')).rejects.toThrow('pos')
    await expect(dataset.publish(join(at, 'counts.vdx'), { policy: 'omop' })).rejects.toThrow('is there already')
    await expect(dataset.publish(join(at, 'b.vdx'), { policy: 'nothing' })).rejects.toMatchObject({ code: 'ERR_VARIDEX_USAGE' })
    await expect(dataset.publish(join(at, 'b.vdx'), {} as never)).rejects.toThrow('options.policy')
    await expect(dataset.publish(join(at, 'b.vdx'), { policy: 'omop', polcy: 1 } as never)).rejects.toThrow('"polcy"')
    await expect(varidex.openPublished(join(at, 'nowhere.vdx'))).rejects.toThrow('nowhere')
    const rules: varidex.Policy = { name: 'ours', granularity: 'count', floor: { people: 2 } }
    const report = await dataset.publish(join(at, 'counts.vdx'), { policy: rules, where: '1:200', maxAge: 30, force: true })
    expect(report.strata).toEqual([])
    await expect(file.site('1', 100, 'A', 'G', { signal: AbortSignal.abort('no') })).rejects.toMatchObject({ name: 'AbortError' })
  })
})
