// An open dataset.

import {
  expression, now, optional, options, path, run, runLong, several, text, whole,
  type Abortable, type Expression, type Long, type PathLike,
} from './arguments.js'
import { wrongArgument } from './errors.js'
import { Group, heldBy } from './group.js'
import { alsoAs } from './renamed.js'
import {
  Table, type CarrierRow, type CompoundRow, type FrequencyRow, type TableOptions, type VariantRow,
} from './table.js'
import type {
  BuildReport, Cancel, Explanation as NativeExplanation, ExportSummary, Frequency, Genotypes, Haplotypes, Info, ManyFrequencies,
  NativeDataset,
  NativeGroup, PeopleCount, SectionSize, Step as NativeStep, TableSettings, TermCount,
} from '../native/binding.js'

export type { ExportSummary, Genotypes, Haplotypes, ManyFrequencies } from '../native/binding.js'

/** A part of a question, as it was run. */
export interface Step extends NativeStep {
  /** @deprecated `segmentsSkipped` */
  readonly segmentsPassedBy: number
  /** @deprecated `individuals` */
  readonly people: number
}

/** What was done to answer a question. */
export interface Explanation extends NativeExplanation {
  /** The parts, in the order they were run. */
  steps: Step[]
  /** @deprecated `individuals` */
  readonly people: number
}

/** Options of what can be asked about some people only. */
export interface GroupOption {
  /** A group, or an expression that picks one; everybody unless told. */
  group?: Group | Expression | undefined
}

/** Options of one table. */
export interface Counted extends TableOptions, GroupOption {}

/** Options of `frequencies`. */
export interface FrequencyOptions extends Counted {
  /**
   * Count by the values of these, a column each: `population`, `sex`, …; `age` or `age(18,40,65)`; a term
   * (`HP:0001250`); `NAME=GROUP` for groups of one's own.
   */
  by?: string | string[] | undefined
  /** Compare these with `controls`: odds ratio, and Fisher's exact test of the alleles. */
  cases?: Group | string | undefined
  /** Whom cases are compared with; nobody can be both. */
  controls?: Group | string | undefined
}

/** Options of `carriers`. */
export interface CarrierOptions extends Counted {
  /** A PED or FAM file: only children of its trios, and from whom they have the variant. */
  trio?: PathLike | undefined
}

/** Options of `export`. */
export interface ExportOptions extends Long, GroupOption {
  /** Threads that compress; as many as the machine has unless told. */
  threads?: number | undefined
}

const TABLE = ['signal', 'batchRows', 'columns', 'offset', 'limit', 'group'] as const

/**
 * An open dataset: it shows the state at the time of opening, whatever is published later. Any number
 * of calls can run at the same time.
 */
export class Dataset {
  readonly #held: NativeDataset
  /** What the build told, where this dataset has just been built. */
  readonly report: BuildReport | null
  /** The directory. */
  readonly path: string
  /** Names the state that was opened: equal snapshots, equal answers. */
  readonly snapshot: string

  /** @internal */
  static of(held: NativeDataset, report: BuildReport | null = null): Dataset {
    return new Dataset(held, report)
  }

  private constructor(held: NativeDataset, report: BuildReport | null) {
    const { path, snapshot } = held.info()
    this.#held = held
    this.report = report
    this.path = path
    this.snapshot = snapshot
  }

  /**
   * The people that an expression picks.
   *
   * ```js
   * const group = await dataset.ask('carriers(gene:TLR7) & disease:"COVID-19"')
   * console.log(group.count)
   * ```
   */
  async ask(who: Expression, told?: Abortable): Promise<Group> {
    const asked = expression('expression', who)
    const { signal } = options(told, ['signal'])
    return Group.of(await run(signal, (cancel) => this.#held.ask(asked, cancel)))
  }

  /** `ask`, here and now. */
  askSync(who: Expression): Group {
    const asked = expression('expression', who)
    return Group.of(now(() => this.#held.askSync(asked)))
  }

  /**
   * The people with these ids: of individuals, or names of samples. An id of nobody is an error that names the
   * nearest.
   *
   * ```js
   * const cases = await dataset.group(['NA12878', 'NA12891'])
   * ```
   */
  async group(ids: Iterable<string>, told?: Abortable): Promise<Group> {
    const iterable = typeof ids === 'object' && ids !== null && Symbol.iterator in ids
    if (!iterable) throw wrongArgument('ids', 'an iterable of strings', ids)
    const all = Array.from(ids, (id, i) => text(`ids[${i}]`, id))
    const { signal } = options(told, ['signal'])
    return Group.of(await run(signal, (cancel) => this.#held.group(all, cancel)))
  }

  /** What is done to answer `ask`. */
  async explain(who: Expression, told?: Abortable): Promise<Explanation> {
    const asked = expression('expression', who)
    const { signal } = options(told, ['signal'])
    const found = await run(signal, (cancel) => this.#held.explain(asked, cancel))
    const steps = found.steps.map((step) => alsoAs(
      alsoAs(step, 'Step', 'segmentsPassedBy', 'segmentsSkipped'), 'Step', 'people', 'individuals'))
    return alsoAs({ ...found, steps }, 'Explanation', 'people', 'individuals')
  }

  /** The variants that an expression picks, with their counts. */
  variants(where: Expression, told?: Counted): Table<VariantRow> {
    return this.#table('variants', where, options(told, TABLE))
  }

  /** Counts and frequencies of variants, in everybody, in a group, by values of attributes, or of cases and controls. */
  frequencies(where: Expression, told?: FrequencyOptions): Table<FrequencyRow> {
    const asked = options(told, [...TABLE, 'by', 'cases', 'controls'])
    const by = several('options.by', asked.by, text)
    const one = asked.cases === undefined ? asked.controls : asked.cases
    if ((asked.cases === undefined) !== (asked.controls === undefined) || (one !== undefined && by.length > 0)) {
      throw wrongArgument('options.cases', 'given with controls, and without by', one)
    }
    return this.#table('frequencies', where, asked, { by })
  }

  /** Who carries variants: a row for each sample and variant. */
  carriers(where: Expression, told?: CarrierOptions): Table<CarrierRow> {
    const asked = options(told, [...TABLE, 'trio'])
    const trio = optional('options.trio', asked.trio, path)
    return this.#table('carriers', where, asked, trio === undefined ? {} : { trio })
  }

  /** Who carries two variants in one gene, on different copies as far as is known. */
  compounds(where: Expression, told?: Counted): Table<CompoundRow> {
    return this.#table('compounds', where, options(told, TABLE))
  }

  #table<Row>(
    table: string,
    where: Expression,
    { signal, group, cases, controls, batchRows, columns, offset, limit }: FrequencyOptions,
    more: Partial<TableSettings> = {},
  ): Table<Row> {
    const of = expression('where', where)
    const rows = optional('options.batchRows', batchRows, whole(1))
    const settings: TableSettings = { table, of, by: [], ...more }
    if (rows !== undefined) settings.batchRows = rows
    if (columns !== undefined) settings.columns = several('options.columns', columns, text)
    const skipped = optional('options.offset', offset, whole(0))
    if (skipped !== undefined) settings.offset = skipped
    const most = optional('options.limit', limit, whole(0))
    if (most !== undefined) settings.limit = most
    const asked = [groupOf(group), groupOf(cases), groupOf(controls)] as const
    const begin = async (cancel: Cancel | null) => this.#held.table(
      settings,
      await this.#within(asked[0], cancel),
      await this.#within(asked[1], cancel),
      await this.#within(asked[2], cancel),
      cancel,
    )
    return Table.of<Row>(begin, signal)
  }

  /** The group that was told: one that is there, or that an expression picks. */
  async #within(
    asked: NativeGroup | string | null,
    cancel: Cancel | null,
  ): Promise<NativeGroup | null> {
    return typeof asked === 'string' ? this.#held.ask(asked, cancel) : asked
  }

  /**
   * Counts of one allele, by any of its spellings. Of one that the dataset does not have, `present` is false, `ac` is
   * 0, `an` and `others` say what is known of the place, and `reason` says it in words.
   *
   * ```js
   * const { ac, an, af } = await dataset.frequency('22:16050075:A:G')
   * ```
   */
  async frequency(allele: string, told?: Abortable & GroupOption): Promise<Frequency> {
    text('allele', allele)
    const { signal, group } = options(told, ['signal', 'group'])
    const asked = groupOf(group)
    return run(signal, async (cancel) =>
      this.#held.frequency(allele, await this.#within(asked, cancel), cancel))
  }

  /** `frequency`, here and now. */
  frequencySync(allele: string, told?: GroupOption): Frequency {
    text('allele', allele)
    const asked = groupOf(options(told, ['group']).group)
    return now(() => {
      const within = typeof asked === 'string' ? this.#held.askSync(asked) : asked
      return this.#held.frequencySync(allele, within)
    })
  }

  /**
   * Counts of many alleles: columns in, columns out. `chrom` may be one name for all. Quickest in the
   * order of positions.
   */
  async frequencyMany(
    chrom: string | readonly string[],
    pos: ArrayLike<number>,
    ref: readonly string[],
    alt: readonly string[],
    told?: Abortable & GroupOption,
  ): Promise<ManyFrequencies> {
    const { signal, group } = options(told, ['signal', 'group'])
    const asked = groupOf(group)
    const alleles = columns(chrom, pos, ref, alt)
    return run(signal, async (cancel) =>
      this.#held.frequencyMany(alleles, await this.#within(asked, cancel), cancel))
  }

  /**
   * Copies of each variant that each sample has, as a matrix in a typed array: a row for each variant,
   * a column for each sample of the group.
   *
   * ```js
   * const { dosages, columns } = await dataset.genotypes('22:16,000,000-16,100,000', { group })
   * const ofVariant = (row) => dosages.subarray(row * columns, (row + 1) * columns)
   * ```
   */
  async genotypes(where: Expression, told?: Abortable & GroupOption): Promise<Genotypes> {
    const of = expression('where', where)
    const { signal, group } = options(told, ['signal', 'group'])
    const asked = groupOf(group)
    return run(signal, async (cancel) =>
      this.#held.genotypes(of, await this.#within(asked, cancel), cancel))
  }

  /**
   * The allele of each copy that each sample has, with phase: a row for each variant, in it for each sample of the
   * group `ploidy` copies.
   *
   * ```js
   * const { alleles, columns, ploidy } = await dataset.haplotypes('22:16,000,000-16,100,000', { group })
   * const ofSample = (row, column) => alleles.subarray((row * columns + column) * ploidy).slice(0, ploidy)
   * ```
   */
  async haplotypes(where: Expression, told?: Abortable & GroupOption): Promise<Haplotypes> {
    const of = expression('where', where)
    const { signal, group } = options(told, ['signal', 'group'])
    const asked = groupOf(group)
    return run(signal, async (cancel) =>
      this.#held.haplotypes(of, await this.#within(asked, cancel), cancel))
  }

  /** What the dataset holds. */
  info(): Info {
    return now(() => this.#held.info())
  }

  /** What each kind of section takes, largest first. */
  async sections(told?: Abortable): Promise<SectionSize[]> {
    const { signal } = options(told, ['signal'])
    return run(signal, (cancel) => this.#held.sections(cancel))
  }

  /** Checks every checksum and every invariant: `ERR_VARIDEX_DAMAGED` where something is damaged. */
  async verify(told?: Abortable): Promise<void> {
    const { signal } = options(told, ['signal'])
    await run(signal, (cancel) => this.#held.verify(cancel))
  }

  /** Names of all samples, in their order. */
  async samples(told?: Abortable): Promise<string[]> {
    const { signal } = options(told, ['signal'])
    return run(signal, (cancel) => this.#held.samples(cancel))
  }

  /** How many people there are by the values of keys: `sex`, `age`, `population`, … */
  async peopleCounts(by: string | string[], told?: Abortable): Promise<PeopleCount[]> {
    const keys = several('by', by, text)
    const { signal } = options(told, ['signal'])
    return run(signal, (cancel) => this.#held.peopleCounts(keys, cancel))
  }

  /** Of how many people each term is recorded, or a more special one; the most frequent first. */
  async termCounts(
    told?: Abortable & { scope?: string | undefined },
  ): Promise<TermCount[]> {
    const { signal, scope } = options(told, ['signal', 'scope'])
    const of = optional('options.scope', scope, text)
    return run(signal, (cancel) => this.#held.termCounts(of, cancel))
  }

  /**
   * Writes variants and genotypes to a file whose name ends with `.vcf`, `.vcf.gz` or `.bcf`. It
   * appears whole or not at all, also where a signal stops the export.
   */
  async export(where: Expression, file: PathLike, told?: ExportOptions): Promise<ExportSummary> {
    const of = expression('where', where)
    const to = path('file', file)
    const asked = options(told, ['signal', 'onProgress', 'group', 'threads'])
    const group = groupOf(asked.group)
    const threads = optional('options.threads', asked.threads, whole(1))
    return runLong(asked, async (progress, cancel) =>
      this.#held.export(of, to, await this.#within(group, cancel), threads, progress, cancel))
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#held.closed
  }

  /**
   * Gives the dataset back. What is asked later is refused with `ERR_VARIDEX_CLOSED`; what was begun
   * goes on, and groups keep what they need. A second time does nothing.
   */
  close(): void {
    this.#held.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** The native part of a group, or the expression that picks it; null is everybody. */
function groupOf(group: Group | Expression | undefined): NativeGroup | string | null {
  if (group === undefined) return null
  return group instanceof Group ? heldBy(group) : expression('options.group', group)
}

function columns(
  chrom: string | readonly string[],
  pos: ArrayLike<number>,
  ref: readonly string[],
  alt: readonly string[],
) {
  const list = (name: string, value: readonly string[]): string[] => {
    if (!Array.isArray(value)) throw wrongArgument(name, 'an array of strings', value)
    value.forEach((item, i) => text(`${name}[${i}]`, item))
    return value
  }
  if (typeof pos !== 'object' || pos === null || typeof pos.length !== 'number') {
    throw wrongArgument('pos', 'an array of numbers', pos)
  }
  const check = (value: number, i: number): number => {
    if (!Number.isInteger(value) || value < 1 || value > 0x7fff_ffff) {
      throw wrongArgument(`pos[${i}]`, 'a whole number from 1 to 2147483647', value)
    }
    return value
  }
  const alleles = {
    chrom: typeof chrom === 'string'
      ? new Array<string>(pos.length).fill(chrom)
      : list('chrom', chrom),
    pos: pos instanceof Int32Array ? pos : Int32Array.from(pos, check),
    ref: list('ref', ref),
    alt: list('alt', alt),
  }
  for (const name of ['chrom', 'ref', 'alt'] as const) {
    if (alleles[name].length !== pos.length) {
      const expected = `as long as "pos", which has ${pos.length} items`
      throw wrongArgument(name, expected, alleles[name].length)
    }
  }
  return alleles
}
