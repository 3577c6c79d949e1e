// A dataset that grows, and states of it that are kept.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { folder, varidex } from './cohort.js'

let dataset: varidex.Dataset
let at: string

function vcf(name: string, samples: string[], rows = 1): string {
  const file = join(at, name)
  const lines = Array.from({ length: rows }, (_, i) => `1\t${7 + i}\t.\tA\tG\t.\t.\t.\tGT\t${samples.map(() => '0|1').join('\t')}\n`)
  writeFileSync(file, '##fileformat=VCFv4.3\n##contig=<ID=1,length=1000>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t'
    + `${samples.join('\t')}\n${lines.join('')}`)
  return file
}

beforeEach(async () => {
  at = folder()
  dataset = await varidex.build(vcf('a.vcf', ['A', 'B']), join(at, 'a.vdx'))
})

it('what is open stays in its state', async () => {
  await dataset.withdraw({ samples: ['A'] })
  const seen = await dataset.view({ purpose: 'af' })
  const grown = await seen.add(vcf('b.vcf', ['C', 'D']), { keep: 2 })
  expect(grown.report?.samples).toBe(2)
  expect([await seen.samples(), await grown.samples()]).toEqual([['B'], ['B', 'C', 'D']])
  // who asks is as before
  await grown.withdraw({ samples: ['C'], purposes: ['af'] })
  expect(await grown.samples()).toEqual(['B', 'D'])
  const states = await dataset.snapshots().toArray()
  expect(states.map(({ command, samples }) => [command, samples])).toEqual([['add', 4], ['build', 2]])
  const then = await varidex.open(dataset.path, { snapshot: states[1]!.snapshot.slice(0, 8) })
  expect([then.snapshot, await then.samples()]).toEqual([dataset.snapshot, ['B']])
  expect(varidex.openSync(dataset.path, { snapshot: dataset.snapshot }).snapshot).toBe(dataset.snapshot)
  await expect(varidex.open(dataset.path, { snapshot: '0000000000' })).rejects.toThrow('kept are')
  const again = await varidex.add(dataset.path, vcf('c.vcf', ['E']))
  expect((await again.snapshots().toArray()).length).toBe(1)
})

it('what cannot be added is named, and a signal stops it', async () => {
  const again = vcf('again.vcf', ['B'], 2)
  await expect(dataset.add(again)).rejects.toMatchObject({ code: 'ERR_VARIDEX_INPUT' })
  await expect(dataset.add(again, { minDp: 10 })).rejects.toThrow('min-dp: expected none')
  await expect(dataset.add(again, { force: true } as varidex.AddOptions)).rejects.toThrow('force')
  const more = vcf('more.vcf', ['C'], 500)
  await expect(dataset.add(more, { signal: AbortSignal.abort() })).rejects.toThrow(varidex.AbortError)
  expect((await varidex.open(dataset.path)).snapshot).toBe(dataset.snapshot)
})
