// People who withdraw, and views for a purpose.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { folder, varidex } from './cohort.js'

let dataset: varidex.Dataset
let at: string

beforeEach(async () => {
  at = folder()
  const vcf = join(at, 'a.vcf')
  writeFileSync(vcf, '##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\n'
    + '1\t7\t.\tA\tG\t.\t.\t.\tGT\t0|1\t0|0\t1|1\n')
  dataset = await varidex.build(vcf, join(at, 'a.vdx'))
})

const names = async (of: varidex.Dataset) => (await of.ask('all')).ids()

it('who withdraws is gone from what is open', async () => {
  expect(await dataset.withdraw({ samples: ['C'] })).toEqual({ recorded: 1, unchanged: 0, samples: 1, readmitted: 0, withoutEffect: [] })
  expect(await names(dataset)).toEqual(['A', 'B'])
  expect((await dataset.frequency('1:7:A:G')).an).toBe(4)
  await dataset.restore({ samples: ['C'] })
  expect((await dataset.frequency('1:7:A:G')).an).toBe(6)
})

it('views are of purposes and days', async () => {
  await dataset.withdraw({ samples: ['A'], purposes: ['af'] })
  await dataset.withdraw({ samples: ['B'], laterPermits: true, from: '2026-03-01' })
  const early = await dataset.view({ purpose: 'af', permitDate: '2026-02-01' })
  const late = await dataset.view({ purpose: 'af', permitDate: '2026-03-01' })
  expect([await names(early), await names(late)]).toEqual([['B', 'C'], ['C']])
  expect(dataset.note).toContain('af')
  expect(late.note).toBeNull()
  await dataset.withdraw({ samples: ['C'] })
  expect(await names(early)).toEqual(['B'])
})

it('cohorts are of who may be seen', async () => {
  expect(await dataset.defineCohort('some', 'samples(A, C)')).toBe(2)
  expect(await dataset.defineCohort('rest', '!cohort:some', { pin: true })).toBe(1)
  await dataset.withdraw({ samples: ['C'] })
  expect(await (await dataset.ask({ cohort: 'some' })).ids()).toEqual(['A'])
  const listed = await dataset.cohorts().toArray()
  expect(listed.map(({ name, count, pinned, stale }) => [name, count, pinned, stale]))
    .toEqual([['rest', 1, true, false], ['some', 1, false, false]])
  await expect(dataset.ask('cohort:sone')).rejects.toThrow('did you mean some')
  await expect(dataset.dropCohort('some')).rejects.toThrow('is of it')
  await dataset.dropCohort('rest')
  await dataset.dropCohort('some')
  expect(await dataset.cohorts().toArray()).toEqual([])
})

it('lists are recorded, and what is decided is said', async () => {
  const portal = join(at, 'portal.tsv')
  writeFileSync(portal, 'sample\tpurpose\tdecision\nA\tcommercial\tin\nB\tNPOA\t\nZ\tall\tout\n')
  const report = await dataset.consent(portal, { defaults: { commercial: 'opt_in' } })
  expect(report).toMatchObject({ read: 3, recorded: 3, unknown: ['Z'] })
  expect(await names(await dataset.view({ purpose: 'commercial' }))).toEqual(['A'])
  expect((await dataset.consent()).decided).toBe(3)
})

it('what is wrong is named', async () => {
  await expect(dataset.withdraw({ samples: ['AA'] })).rejects.toThrow('AA')
  await expect(dataset.view({ purpose: 'fun' })).rejects.toThrow('fun')
  await expect(dataset.view({ permitDate: 'soon' })).rejects.toThrow('soon')
  expect(await names(dataset)).toEqual(['A', 'B', 'C'])
})
