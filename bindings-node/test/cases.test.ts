// The cases that every language answers: format-spec/cases, with a README that says what they mean.

import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { folder, varidex } from './cohort.js'

interface Case {
  name: string
  verb: 'ask' | 'variants' | 'frequencies' | 'carriers' | 'frequency'
  expression: string
  group?: string
  by?: string[]
  access?: string
  state?: number
  answer?: any
  error?: { kind: string; contains: string }
}

interface Cases {
  title: string
  dataset: {
    inputs?: string[]
    people?: string[]
    ontologies?: string[]
    genes?: string[]
    info?: string[]
    simulate?: { samples: number; variants: number; seed: number }
  }
  history?: [string, string][]
  cases: Case[]
}

const root = fileURLToPath(new URL('../../format-spec/cases', import.meta.url))
const files = readdirSync(root).filter((name) => name.endsWith('.json') && name !== 'schema.json')

// names of files in expressions start here
process.chdir(root)

async function build({ inputs, simulate, info, ...more }: Cases['dataset']): Promise<varidex.Dataset> {
  const at = folder()
  const vcf = simulate === undefined
    ? (inputs ?? []).map((name) => join(root, name))
    : (await varidex.simulate(join(at, 'cohort'), simulate)).genotypes
  const paths = Object.entries(more).map(([key, names]) => [key, names.map((name) => join(root, name))])
  return varidex.build(vcf, join(at, 'cohort.vdx'), { info, ...Object.fromEntries(paths) })
}

/** The answer in the form of the case's. */
async function answer(dataset: varidex.Dataset, { verb, expression, group, by, answer }: Case): Promise<unknown> {
  const within = group === undefined ? {} : { group }
  if (verb === 'frequency') {
    const { present, covered, others, reason, ...counts } = await dataset.frequency(expression, within)
    expect([covered, others.length > 0 && present, reason === null]).toEqual([counts.an !== null, false, present])
    return present ? counts : null
  }
  if (verb === 'ask') {
    const found = await dataset.ask(expression)
    const ranked = await found.ranked()
    const scored = ranked.some(({ score }) => score !== null)
    expect(found.exists).toBe(found.count > 0)
    return {
      count: found.count,
      ids: ranked.map(({ id }) => id),
      ...(scored || answer?.scores ? { scores: ranked.map(({ score }) => score) } : {}),
    }
  }
  const table = verb === 'frequencies'
    ? dataset.frequencies(expression, { ...within, by })
    : dataset[verb](expression, within)
  const rows = await (table as unknown as varidex.Table<Record<string, unknown>>).toArray()
  const columns: string[] = answer?.columns ?? []
  return { columns, rows: rows.map((row) => columns.map((column) => row[column])) }
}

/** Texts and whole numbers exactly, other numbers to one part in 100,000. */
function same(found: unknown, expected: unknown): boolean {
  if (typeof found === 'number' && typeof expected === 'number') {
    const exact = Number.isInteger(found) && Number.isInteger(expected)
    return exact ? found === expected : Math.abs(found - expected) <= 1e-5 * Math.abs(expected)
  }
  if (typeof found !== 'object' || typeof expected !== 'object' || found === null || expected === null) {
    return found === expected
  }
  const keys = Object.keys(expected)
  return keys.length === Object.keys(found).length
    && keys.every((key) => same(Reflect.get(found, key), Reflect.get(expected, key)))
}

/** A step of a history; what is open behind it. */
async function happen(dataset: varidex.Dataset, verb: string, text: string): Promise<varidex.Dataset> {
  if (verb === 'consent') {
    await dataset.consent(join(root, text))
    return dataset
  }
  if (verb === 'compact') {
    const { snapshot } = await varidex.compact(dataset.path, JSON.parse(text))
    expect(snapshot).not.toBe(dataset.snapshot)
    return varidex.open(dataset.path)
  }
  if (verb === 'define') {
    const { name, group } = JSON.parse(text)
    await dataset.defineCohort(name, group)
    return dataset
  }
  if (verb === 'add') {
    const { inputs, people, keep } = JSON.parse(text)
    const paths = (names?: string[]) => (names ?? []).map((name) => join(root, name))
    const grown = await dataset.add(paths(inputs), { people: paths(people), keep })
    expect(grown.snapshot).not.toBe(dataset.snapshot)
    return grown
  }
  const { effect, ...what } = JSON.parse(text)
  const given = { ...what, laterPermits: effect === 'later_permits' }
  await (verb === 'withdraw' ? dataset.withdraw(given) : dataset.restore(given))
  return dataset
}

it('there are cases', () => expect(files.length).toBeGreaterThan(1))

describe.each(files)('%s', (file) => {
  const { dataset: recipe, history, cases } = JSON.parse(readFileSync(join(root, file), 'utf8')) as Cases
  let dataset: varidex.Dataset
  beforeAll(async () => {
    dataset = await build(recipe)
    for (const [verb, text] of history ?? []) dataset = await happen(dataset, verb, text)
  })

  it.each(cases)('$name', async (asked) => {
    const given = asked.access === undefined ? undefined : JSON.parse(asked.access)
    const states = asked.state === undefined ? [] : await dataset.snapshots().toArray()
    const state = asked.state === undefined
      ? dataset : await varidex.open(dataset.path, { snapshot: states[asked.state]?.snapshot })
    const seen = given === undefined
      ? state : await state.view({ purpose: given.purpose, permitDate: given.permit_date })
    if (asked.error === undefined) {
      const found = await answer(seen, asked)
      // the message of a difference is that of toEqual
      if (!same(found, asked.answer)) expect(found).toEqual(asked.answer)
      return
    }
    const refused = await answer(seen, asked).then(() => undefined, (error) => error)
    expect(refused).toBeInstanceOf(varidex.VaridexError)
    expect(refused.code).toBe(`ERR_VARIDEX_${asked.error.kind.toUpperCase()}`)
    expect(refused.message).toContain(asked.error.contains)
  })
})
