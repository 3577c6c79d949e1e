// An open dataset.

import {
  expression, now, optional, options, path, run, runLong, several, text, whole,
  type Abortable, type Expression, type PathLike,
} from './arguments.js'
import { columns } from './alleles.js'
import { accessOf, VIEW, withdrawalOf, type ConsentOptions, type DecisionReport, type ViewOptions, type Withdrawal } from './decisions.js'
import { wrongArgument } from './errors.js'
import { growth, type AddOptions } from './growth.js'
import { Group, heldBy } from './group.js'
import { alsoAs } from './renamed.js'
import { inspected, inspectKey } from './inspect.js'
import { publishing, type PublishOptions, type PublishReport } from './published.js'
import { PolicyView, type Policy, type PolicyOptions } from './shown.js'
import type {
  BlockOptions, CarrierOptions, Counted, Explanation, ExportOptions, FrequencyOptions, GroupOption, IndividualRecord, Paged, RecordFormat,
  SiteOptions,
} from './questions.js'
import {
  part, Table, type CarrierRow, type CohortRow, type CompoundRow, type FoundGene, type FoundTerm, type FrequencyRow, type OntologyRow,
  type SampleRow, type SnapshotRow, type TableOptions, type VariantRow,
} from './table.js'
import type {
  BuildReport, Cancel, ExportSummary, Frequency, Genotypes, Haplotypes, Info, LedgerOptions, ManyFrequencies,
  NativeDataset,
  NativeGroup, PeopleCount, SectionSize, TableSettings, TermCount,
} from '../native/binding.js'

export type { ExportSummary, Genotypes, Haplotypes, ManyFrequencies } from '../native/binding.js'

const PART = ['signal', 'batchRows', 'columns', 'offset', 'limit'] as const
const TABLE = [...PART, 'group'] as const
const PAGED = [...TABLE, 'after'] as const

/** The native part of a dataset, for this package alone. */
const native = new WeakMap<Dataset, NativeDataset>()

/** @internal */
export function datasetHeldBy(name: string, dataset: unknown): NativeDataset {
  const held = dataset instanceof Dataset ? native.get(dataset) : undefined
  if (held === undefined) throw wrongArgument(name, 'a Dataset', dataset)
  return held
}

/**
 * An open dataset: it shows the state at the time of opening, whatever is published later. Any number
 * of calls can run at the same time.
 */
export class Dataset {
  readonly #held: NativeDataset
  /** What the build reported, where this dataset has just been built. */
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
    const { path, snapshot } = held
    this.#held = held
    native.set(this, held)
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
  async ask(who: Expression, given?: Abortable): Promise<Group> {
    const asked = expression('expression', who)
    const { signal } = options(given, ['signal'])
    return Group.of(await run(signal, (cancel) => this.#held.ask(asked, cancel)))
  }

  /**
   * The dataset as it may be seen for a purpose, under a permit that was approved on a day (`'2026-03-01'`; today where there is
   * none): whoever decided against that is not seen. It is asked as a dataset is.
   *
   * ```js
   * const seen = await dataset.view({ purpose: 'secondary_use', permitDate: '2026-03-01' })
   * ```
   */
  async view(given?: ViewOptions): Promise<Dataset> {
    const asked = options(given, VIEW)
    const access = accessOf(asked)
    const policy = optional('options.qcPolicy', asked.qcPolicy, path)
    const proof = asked.proof === true
    if (proof && policy === undefined) throw wrongArgument('options.qcPolicy', 'given with proof', policy)
    return new Dataset(await run(asked.signal, (cancel) => this.#held.view(access, policy, proof, cancel)), null)
  }

  /**
   * The dataset under a policy, by its name or by its rules: `open`, `controlled`, `registered`, `public`, `rare-match`,
   * `all-of-us`, `omop`, `datashield`, `pcornet` and `gdi` have names. Where fewer people may be seen than the policy's
   * smallest cohort, it is refused.
   *
   * With the file of a `ledger`, and the file of its secret, it remembers what was asked before, by `asker` (without one:
   * anybody) of the people that `population` names (without it: the directory of the dataset).
   *
   * ```js
   * const shown = await dataset.underPolicy('omop')
   * const kept = await dataset.underPolicy('registered', { ledger: 'ledger.db', ledgerSecret: 'secret', asker: 'alice' })
   * const ours = await dataset.underPolicy({ name: 'ours', granularity: 'count', floor: { people: 10 }, rounding: 10 })
   * ```
   */
  async underPolicy(policy: string | Policy, given?: PolicyOptions): Promise<PolicyView> {
    const rules = expression('policy', policy)
    const { signal, ...asked } = options(given, ['signal', 'ledger', 'ledgerSecret', 'asker', 'population'])
    const kept: LedgerOptions = {}
    for (const name of ['ledger', 'ledgerSecret', 'asker', 'population'] as const) {
      const value = optional(`options.${name}`, asked[name], text)
      if (value !== undefined) kept[name] = value
    }
    return PolicyView.of(await run(signal, (cancel) => this.#held.underPolicy(rules, kept, cancel)))
  }

  /**
   * Writes counts of alleles by strata to a file: no sample, no id, and nothing of a person but what the counts that a policy
   * shows say. `openPublished` opens it. A floor does not hide who is a member: whoever holds a genome can compute that of many
   * sites together.
   *
   * ```js
   * const { sites, strata } = await dataset.publish('counts.vdx', { policy: 'omop', by: 'sex' })
   * ```
   */
  async publish(file: PathLike, given: PublishOptions): Promise<PublishReport> {
    const to = path('file', file)
    const { signal, json } = publishing(given)
    return JSON.parse(await run(signal, (cancel) => this.#held.publish(to, json, cancel))) as PublishReport
  }

  /** What who asks should know: that decisions by purpose are there, and no purpose was named; null most often. */
  get note(): string | null {
    return now(() => this.#held.note)
  }

  /**
   * Withdraws individuals, with all their samples, or samples alone: they are absent from every answer from now on, in every
   * process, without a rebuild. An id of nobody is an error, and then nothing is recorded.
   *
   * ```js
   * await dataset.withdraw({ individuals: ['P1'], purposes: ['commercial'] })
   * ```
   */
  async withdraw(given: Withdrawal): Promise<DecisionReport> {
    return this.#decide(true, given)
  }

  /** Takes a withdrawal back: see `withdraw`. */
  async restore(given: Withdrawal): Promise<DecisionReport> {
    return this.#decide(false, given)
  }

  async #decide(withdraws: boolean, given: Withdrawal): Promise<DecisionReport> {
    const what = withdrawalOf(given)
    const report = await run(given.signal, (cancel) => this.#held.decide(withdraws, what, cancel))
    const { recorded, unchanged, samples, readmitted, without_effect: withoutEffect } = JSON.parse(report)
    return { recorded, unchanged, samples, readmitted, withoutEffect }
  }

  /**
   * Records lists of decisions (files, tables separated by tabs), and what holds of whoever decided nothing. Without arguments
   * it is what is decided today, by purpose.
   *
   * ```js
   * await dataset.consent(['portal.tsv'], { defaults: { commercial: 'opt_in' } })
   * ```
   */
  async consent(lists?: PathLike | PathLike[], given?: ConsentOptions): Promise<Record<string, unknown>> {
    const asked = options(given, ['defaults', 'hmbInStrata', 'dryRun', 'signal'])
    const files = lists === undefined ? [] : [lists].flat().map((list) => path('lists', list))
    const settings = given === undefined ? undefined : JSON.stringify({
      defaults: asked.defaults,
      hmb_in_strata: asked.hmbInStrata,
      dry_run: asked.dryRun === true,
    })
    return JSON.parse(await run(asked.signal, (cancel) => this.#held.consent(files, settings, cancel)))
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
  async group(ids: Iterable<string>, given?: Abortable): Promise<Group> {
    const iterable = typeof ids === 'object' && ids !== null && Symbol.iterator in ids
    if (!iterable) throw wrongArgument('ids', 'an iterable of strings', ids)
    const all = Array.from(ids, (id, i) => text(`ids[${i}]`, id))
    const { signal } = options(given, ['signal'])
    return Group.of(await run(signal, (cancel) => this.#held.group(all, cancel)))
  }

  /** What is done to answer `ask`. */
  async explain(who: Expression, given?: Abortable): Promise<Explanation> {
    const asked = expression('expression', who)
    const { signal } = options(given, ['signal'])
    const found = await run(signal, (cancel) => this.#held.explain(asked, cancel))
    const steps = found.steps.map((step) => alsoAs(
      alsoAs(step, 'Step', 'segmentsPassedBy', 'segmentsSkipped'), 'Step', 'people', 'individuals'))
    return alsoAs({ ...found, steps }, 'Explanation', 'people', 'individuals')
  }

  /** The variants that an expression picks, with their counts. */
  variants(where: Expression, given?: Paged): Table<VariantRow> {
    return this.#table('variants', where, options(given, PAGED))
  }

  /** Counts and frequencies of variants, in everybody, in a group, by values of attributes, or of cases and controls. */
  frequencies(where: Expression, given?: FrequencyOptions): Table<FrequencyRow> {
    const asked = options(given, [...PAGED, 'by', 'cases', 'controls'])
    const by = several('options.by', asked.by, text)
    const one = asked.cases === undefined ? asked.controls : asked.cases
    if ((asked.cases === undefined) !== (asked.controls === undefined) || (one !== undefined && by.length > 0)) {
      throw wrongArgument('options.cases', 'given with controls, and without by', one)
    }
    return this.#table('frequencies', where, asked, { by })
  }

  /**
   * The same counts of the alleles of a VCF or BCF file, in its order, also of those that nobody has: then `ac` is 0, and
   * `an` is null where somebody was not looked at. All counts are null of what is no allele.
   */
  siteFrequencies(file: PathLike, given?: SiteOptions): Table<FrequencyRow> {
    const asked = options(given, [...TABLE, 'by'])
    return this.#table('sites', path('file', file), asked, { by: several('options.by', asked.by, text) })
  }

  /** Who carries variants: a row for each sample and variant. */
  carriers(where: Expression, given?: CarrierOptions): Table<CarrierRow> {
    const asked = options(given, [...PAGED, 'trio'])
    const trio = optional('options.trio', asked.trio, path)
    return this.#table('carriers', where, asked, trio === undefined ? {} : { trio })
  }

  /** Who carries two variants in one gene, on different copies as far as is known. */
  compounds(where: Expression, given?: Counted): Table<CompoundRow> {
    return this.#table('compounds', where, options(given, TABLE))
  }

  #table<Row>(
    table: string,
    where: Expression,
    { signal, group, cases, controls, after, ...rows }: FrequencyOptions,
    more: Partial<TableSettings> = {},
  ): Table<Row> {
    const of = expression('where', where)
    const settings: TableSettings = { table, of, by: [], part: part(rows), ...more }
    const token = optional('options.after', after, text)
    if (token !== undefined) settings.after = token
    const asked = [groupOf(group), groupOf(cases), groupOf(controls)] as const
    const begin = async (cancel: Cancel | null) => this.#held.table(
      settings,
      await this.#within(asked[0], cancel),
      await this.#within(asked[1], cancel),
      await this.#within(asked[2], cancel),
      cancel,
    )
    return Table.of<Row>(begin, signal, of === '' ? table : `${table}: ${of}`)
  }

  /** The group that was asked for: one that is there, or that an expression picks. */
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
  async frequency(allele: string, given?: Abortable & GroupOption): Promise<Frequency> {
    text('allele', allele)
    const { signal, group } = options(given, ['signal', 'group'])
    const asked = groupOf(group)
    return run(signal, async (cancel) =>
      this.#held.frequency(allele, await this.#within(asked, cancel), cancel))
  }

  /** `frequency`, here and now. */
  frequencySync(allele: string, given?: GroupOption): Frequency {
    text('allele', allele)
    const asked = groupOf(options(given, ['group']).group)
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
    given?: Abortable & GroupOption,
  ): Promise<ManyFrequencies> {
    const { signal, group } = options(given, ['signal', 'group'])
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
  async genotypes(where: Expression, given?: Abortable & GroupOption): Promise<Genotypes> {
    const of = expression('where', where)
    const { signal, group } = options(given, ['signal', 'group'])
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
  async haplotypes(where: Expression, given?: Abortable & GroupOption): Promise<Haplotypes> {
    const of = expression('where', where)
    const { signal, group } = options(given, ['signal', 'group'])
    const asked = groupOf(group)
    return run(signal, async (cancel) =>
      this.#held.haplotypes(of, await this.#within(asked, cancel), cancel))
  }

  /**
   * `genotypes` in blocks, in bounded memory: one after the other while they are read. Leaving the loop gives them back.
   *
   * ```js
   * for await (const { dosages, rows, columns } of dataset.genotypeBlocks('22')) console.log(rows, columns, dosages)
   * ```
   */
  genotypeBlocks(where: Expression, given?: BlockOptions): AsyncGenerator<Genotypes, void, undefined> {
    const { of, rows, group, signal } = blockOptions(where, given)
    return blocks(signal, async (cancel) =>
      this.#held.genotypeBlocks(of, rows, await this.#within(group, cancel), cancel))
  }

  /** `haplotypes` in blocks, as `genotypeBlocks`. */
  haplotypeBlocks(where: Expression, given?: BlockOptions): AsyncGenerator<Haplotypes, void, undefined> {
    const { of, rows, group, signal } = blockOptions(where, given)
    return blocks(signal, async (cancel) =>
      this.#held.haplotypeBlocks(of, rows, await this.#within(group, cancel), cancel))
  }

  /**
   * All that is recorded of an individual, by the id or by that of a sample, put together again from what is stored.
   *
   * ```js
   * const { record } = await dataset.individual('P1', { format: 'beacon' })
   * ```
   */
  async individual(
    id: string,
    given?: Abortable & { format?: RecordFormat | undefined },
  ): Promise<IndividualRecord> {
    text('id', id)
    const { signal, format = 'phenopacket' } = options(given, ['signal', 'format'])
    if (!['phenopacket', 'beacon', 'text'].includes(format)) {
      throw wrongArgument('options.format', "one of 'phenopacket', 'beacon' and 'text'", format)
    }
    const found = await run(signal, (cancel) => this.#held.individual(id, format, cancel))
    const { noPlace, notStored } = found
    return { record: format === 'text' ? found.text : JSON.parse(found.text), noPlace, notStored }
  }

  /**
   * Terms with ids, labels or synonyms that have all words of a text, or parts of them, the best first; without a text those
   * that are recorded.
   */
  findTerms(words?: string, given?: TableOptions): Table<FoundTerm> {
    return this.#table('terms', optional('words', words, text) ?? '', options(given, PART))
  }

  /** The ontologies that were loaded. */
  ontologies(given?: TableOptions): Table<OntologyRow> {
    return this.#table('ontologies', '', options(given, PART))
  }

  /** The genes with a symbol, other names or ids that have a text as a part, or all. */
  genes(name?: string, given?: TableOptions): Table<FoundGene> {
    return this.#table('genes', optional('name', name, text) ?? '', options(given, PART))
  }

  /** The samples: of which individual each is, its batches, and a column for each attribute of samples. */
  sampleTable(given?: TableOptions): Table<SampleRow> {
    return this.#table('samples', '', options(given, PART))
  }

  /**
   * Defines a virtual cohort: `cohort:NAME` stands for the expression from now on, of who may be seen when it is asked. Gives how
   * many people are in it now. With `pin` it holds in this state of the dataset alone, and is refused in others.
   */
  async defineCohort(name: string, who: Expression, given?: Abortable & { pin?: boolean | undefined }): Promise<number> {
    const asked = options(given, ['signal', 'pin'])
    const [named, of] = [text('name', name), expression('expression', who)]
    return run(asked.signal, (cancel) => this.#held.defineCohort(named, of, asked.pin === true, cancel))
  }

  /** The virtual cohorts, with how many people of those who may be seen are in each. */
  cohorts(given?: TableOptions): Table<CohortRow> {
    return this.#table('cohorts', '', options(given, PART))
  }

  /** Forgets a virtual cohort. */
  async dropCohort(name: string, given?: Abortable): Promise<void> {
    const { signal } = options(given, ['signal'])
    const named = text('name', name)
    await run(signal, (cancel) => this.#held.dropCohort(named, cancel))
  }

  /** The states of the dataset that can be opened, the newest first: `open` opens one by its `snapshot`. */
  snapshots(given?: TableOptions): Table<SnapshotRow> {
    return this.#table('snapshots', '', options(given, PART))
  }

  /**
   * Adds VCF and BCF files to the dataset: new samples, or records of samples that are there over stretches where they have
   * none yet. Gives its new state, seen as this one is; this one goes on with the state that it was opened with.
   *
   * The options of the first build hold and need not be given again; others than those are an error.
   *
   * ```js
   * const grown = await dataset.add('tuesday.vcf.gz', { keep: 2 })
   * dataset.close()
   * ```
   */
  async add(inputs: PathLike | PathLike[], given?: AddOptions): Promise<Dataset> {
    const { report, asked } = await growth(this.path, inputs, given)
    return new Dataset(await run(asked.signal, (cancel) => this.#held.newest(cancel)), report)
  }

  /** What the dataset holds. */
  info(): Info {
    return now(() => this.#held.info())
  }

  /** What each kind of section takes, largest first. */
  async sections(given?: Abortable): Promise<SectionSize[]> {
    const { signal } = options(given, ['signal'])
    return run(signal, (cancel) => this.#held.sections(cancel))
  }

  /** Checks every checksum and every invariant: `ERR_VARIDEX_DAMAGED` where something is damaged. */
  async verify(given?: Abortable): Promise<void> {
    const { signal } = options(given, ['signal'])
    await run(signal, (cancel) => this.#held.verify(cancel))
  }

  /** Names of all samples, in their order. */
  async samples(given?: Abortable): Promise<string[]> {
    const { signal } = options(given, ['signal'])
    return run(signal, (cancel) => this.#held.samples(cancel))
  }

  /**
   * How many people there are by the values of fields: `sex`, `population`, …; `age` or `age(18,40,65)`; a term
   * (`HP:0001250`); `NAME=GROUP` for groups of one's own.
   */
  async peopleCounts(by: string | string[], given?: Abortable): Promise<PeopleCount[]> {
    const keys = several('by', by, text)
    const { signal } = options(given, ['signal'])
    return run(signal, (cancel) => this.#held.peopleCounts(keys, cancel))
  }

  /** Of how many people each term is recorded, or a more special one; the most frequent first. */
  async termCounts(
    given?: Abortable & { scope?: string | undefined },
  ): Promise<TermCount[]> {
    const { signal, scope } = options(given, ['signal', 'scope'])
    const of = optional('options.scope', scope, text)
    return run(signal, (cancel) => this.#held.termCounts(of, cancel))
  }

  /**
   * Writes variants and genotypes to a file with a name that ends in `.vcf`, `.vcf.gz` or `.bcf`. It
   * appears whole or not at all, also where a signal stops the export.
   */
  async export(where: Expression, file: PathLike, given?: ExportOptions): Promise<ExportSummary> {
    const of = expression('where', where)
    const to = path('file', file)
    const asked = options(given, ['signal', 'onProgress', 'group', 'threads'])
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

  /** What `console.log` prints. */
  [inspectKey](): string {
    if (this.closed) return inspected('Dataset', { path: this.path, closed: true })
    const { path, samples, people, rows } = this.info()
    return inspected('Dataset', { path, samples, people, variants: rows })
  }
}

/** The native part of a group, or the expression that picks it; null is everybody. */
function groupOf(group: Group | Expression | undefined): NativeGroup | string | null {
  if (group === undefined) return null
  return group instanceof Group ? heldBy(group) : expression('options.group', group)
}

function blockOptions(where: Expression, given: BlockOptions | undefined) {
  const { signal, group, rows } = options(given, ['signal', 'group', 'rows'])
  return {
    signal,
    of: expression('where', where),
    group: groupOf(group),
    rows: optional('options.rows', rows, whole(1)) ?? 4096,
  }
}

/** Blocks that are read one after the other, and given back when nobody reads them any longer. */
async function* blocks<Block>(
  signal: AbortSignal | undefined,
  begin: (cancel: Cancel | null) => Promise<{ next(cancel: Cancel | null): Promise<Block | null>; close(): void }>,
): AsyncGenerator<Block, void, undefined> {
  const held = await run(signal, begin)
  try {
    for (;;) {
      const block = await run(signal, (cancel) => held.next(cancel))
      if (block === null) return
      yield block
    }
  } finally {
    held.close()
  }
}
