// What a user of TypeScript writes, with `import`. It is compiled, not run.

import * as varidex from 'varidex'

const controller = new AbortController()
const dataset: varidex.Dataset = await varidex.build(['a.vcf'], new URL('file:///tmp/a.vdx'), {
  people: 'people.tsv', info: ['CADD'], signal: controller.signal,
  onProgress: ({ what, done, total }) => console.log(what.length, done + 1, total === null ? 0 : total + 1),
})
const rows: number | undefined = dataset.report?.rows
const group: varidex.Group = await dataset.ask('population:FIN', { signal: controller.signal })
const ids: string[] = [...group.and(dataset.askSync('all')), ...(await group.ids())]
for await (const batch of dataset.frequencies('gene:RYR1', { group, by: ['sex'] })) {
  for (const { pos, af, group: name } of batch) {
    const share: number | null = af
    console.log(pos + 1, share, name?.length)
  }
}
for await (const row of dataset.carriers('all', { group: 'sex:female' }).rows()) {
  const zygosity: 'het' | 'hom' | 'hemi' = row.zygosity
  console.log(zygosity, row.individual?.length)
}
const byObject: varidex.Group = await dataset.ask({ and: [{ sex: 'female' }, { term: 'HP:0003473' }] })
const parts: AsyncIterable<Uint8Array> = dataset.variants('all').ipc()
const ac: number = (await dataset.frequency('rs1')).ac
const many: Float64Array = (await dataset.frequencyMany('1', [1], ['A'], ['G'])).af
try {
  await varidex.open('x')
} catch (error) {
  if (error instanceof varidex.VaridexError && error.code === 'ERR_VARIDEX_EXPRESSION') {
    console.log(error.at?.[0], error.candidates?.join())
  }
}
console.log(byObject, rows, ids, parts, ac, many)

// @ts-expect-error an option that does not exist
dataset.variants('all', { grup: group })
// @ts-expect-error not an expression
await dataset.ask(5)
// @ts-expect-error groups come from a dataset
new varidex.Group()
// @ts-expect-error datasets are opened
new varidex.Dataset()
