import { type Abortable, type Expression, type PathLike } from './arguments.js';
import { type ConsentOptions, type DecisionReport, type ViewOptions, type Withdrawal } from './decisions.js';
import { type AddOptions } from './growth.js';
import { Group } from './group.js';
import { inspectKey } from './inspect.js';
import { type PublishOptions, type PublishReport } from './published.js';
import { PolicyView, type Policy, type PolicyOptions } from './shown.js';
import type { BlockOptions, CarrierOptions, Counted, Explanation, ExportOptions, FrequencyOptions, GroupOption, IndividualRecord, Paged, RecordFormat, SiteOptions } from './questions.js';
import { Table, type CarrierRow, type CohortRow, type CompoundRow, type FoundGene, type FoundTerm, type FrequencyRow, type OntologyRow, type SampleRow, type SnapshotRow, type TableOptions, type VariantRow } from './table.js';
import type { BuildReport, ExportSummary, Frequency, Genotypes, Haplotypes, Info, ManyFrequencies, PeopleCount, SectionSize, TermCount } from '../native/binding.js';
export type { ExportSummary, Genotypes, Haplotypes, ManyFrequencies } from '../native/binding.js';
/**
 * An open dataset: it shows the state at the time of opening, whatever is published later. Any number
 * of calls can run at the same time.
 */
export declare class Dataset {
    #private;
    /** What the build reported, where this dataset has just been built. */
    readonly report: BuildReport | null;
    /** The directory. */
    readonly path: string;
    /** Names the state that was opened: equal snapshots, equal answers. */
    readonly snapshot: string;
    private constructor();
    /**
     * The people that an expression picks.
     *
     * ```js
     * const group = await dataset.ask('carriers(gene:TLR7) & disease:"COVID-19"')
     * console.log(group.count)
     * ```
     */
    ask(who: Expression, given?: Abortable): Promise<Group>;
    /**
     * The dataset as it may be seen for a purpose, under a permit that was approved on a day (`'2026-03-01'`; today where there is
     * none): whoever decided against that is not seen. It is asked as a dataset is.
     *
     * ```js
     * const seen = await dataset.view({ purpose: 'secondary_use', permitDate: '2026-03-01' })
     * ```
     */
    view(given?: ViewOptions): Promise<Dataset>;
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
    underPolicy(policy: string | Policy, given?: PolicyOptions): Promise<PolicyView>;
    /**
     * Writes counts of alleles by strata to a file: no sample, no id, and nothing of a person but what the counts that a policy
     * shows say. `openPublished` opens it. A floor does not hide who is a member: whoever holds a genome can compute that of many
     * sites together.
     *
     * ```js
     * const { sites, strata } = await dataset.publish('counts.vdx', { policy: 'omop', by: 'sex' })
     * ```
     */
    publish(file: PathLike, given: PublishOptions): Promise<PublishReport>;
    /** What who asks should know: that decisions by purpose are there, and no purpose was named; null most often. */
    get note(): string | null;
    /**
     * Withdraws individuals, with all their samples, or samples alone: they are absent from every answer from now on, in every
     * process, without a rebuild. An id of nobody is an error, and then nothing is recorded.
     *
     * ```js
     * await dataset.withdraw({ individuals: ['P1'], purposes: ['commercial'] })
     * ```
     */
    withdraw(given: Withdrawal): Promise<DecisionReport>;
    /** Takes a withdrawal back: see `withdraw`. */
    restore(given: Withdrawal): Promise<DecisionReport>;
    /**
     * Records lists of decisions (files, tables separated by tabs), and what holds of whoever decided nothing. Without arguments
     * it is what is decided today, by purpose.
     *
     * ```js
     * await dataset.consent(['portal.tsv'], { defaults: { commercial: 'opt_in' } })
     * ```
     */
    consent(lists?: PathLike | PathLike[], given?: ConsentOptions): Promise<Record<string, unknown>>;
    /** `ask`, here and now. */
    askSync(who: Expression): Group;
    /**
     * The people with these ids: of individuals, or names of samples. An id of nobody is an error that names the
     * nearest.
     *
     * ```js
     * const cases = await dataset.group(['NA12878', 'NA12891'])
     * ```
     */
    group(ids: Iterable<string>, given?: Abortable): Promise<Group>;
    /** What is done to answer `ask`. */
    explain(who: Expression, given?: Abortable): Promise<Explanation>;
    /** The variants that an expression picks, with their counts. */
    variants(where: Expression, given?: Paged): Table<VariantRow>;
    /** Counts and frequencies of variants, in everybody, in a group, by values of attributes, or of cases and controls. */
    frequencies(where: Expression, given?: FrequencyOptions): Table<FrequencyRow>;
    /**
     * The same counts of the alleles of a VCF or BCF file, in its order, also of those that nobody has: then `ac` is 0, and
     * `an` is null where somebody was not looked at. All counts are null of what is no allele.
     */
    siteFrequencies(file: PathLike, given?: SiteOptions): Table<FrequencyRow>;
    /** Who carries variants: a row for each sample and variant. */
    carriers(where: Expression, given?: CarrierOptions): Table<CarrierRow>;
    /** Who carries two variants in one gene, on different copies as far as is known. */
    compounds(where: Expression, given?: Counted): Table<CompoundRow>;
    /**
     * Counts of one allele, by any of its spellings. Of one that the dataset does not have, `present` is false, `ac` is
     * 0, `an` and `others` say what is known of the place, and `reason` says it in words.
     *
     * ```js
     * const { ac, an, af } = await dataset.frequency('22:16050075:A:G')
     * ```
     */
    frequency(allele: string, given?: Abortable & GroupOption): Promise<Frequency>;
    /** `frequency`, here and now. */
    frequencySync(allele: string, given?: GroupOption): Frequency;
    /**
     * Counts of many alleles: columns in, columns out. `chrom` may be one name for all. Quickest in the
     * order of positions.
     */
    frequencyMany(chrom: string | readonly string[], pos: ArrayLike<number>, ref: readonly string[], alt: readonly string[], given?: Abortable & GroupOption): Promise<ManyFrequencies>;
    /**
     * Copies of each variant that each sample has, as a matrix in a typed array: a row for each variant,
     * a column for each sample of the group.
     *
     * ```js
     * const { dosages, columns } = await dataset.genotypes('22:16,000,000-16,100,000', { group })
     * const ofVariant = (row) => dosages.subarray(row * columns, (row + 1) * columns)
     * ```
     */
    genotypes(where: Expression, given?: Abortable & GroupOption): Promise<Genotypes>;
    /**
     * The allele of each copy that each sample has, with phase: a row for each variant, in it for each sample of the
     * group `ploidy` copies.
     *
     * ```js
     * const { alleles, columns, ploidy } = await dataset.haplotypes('22:16,000,000-16,100,000', { group })
     * const ofSample = (row, column) => alleles.subarray((row * columns + column) * ploidy).slice(0, ploidy)
     * ```
     */
    haplotypes(where: Expression, given?: Abortable & GroupOption): Promise<Haplotypes>;
    /**
     * `genotypes` in blocks, in bounded memory: one after the other while they are read. Leaving the loop gives them back.
     *
     * ```js
     * for await (const { dosages, rows, columns } of dataset.genotypeBlocks('22')) console.log(rows, columns, dosages)
     * ```
     */
    genotypeBlocks(where: Expression, given?: BlockOptions): AsyncGenerator<Genotypes, void, undefined>;
    /** `haplotypes` in blocks, as `genotypeBlocks`. */
    haplotypeBlocks(where: Expression, given?: BlockOptions): AsyncGenerator<Haplotypes, void, undefined>;
    /**
     * All that is recorded of an individual, by the id or by that of a sample, put together again from what is stored.
     *
     * ```js
     * const { record } = await dataset.individual('P1', { format: 'beacon' })
     * ```
     */
    individual(id: string, given?: Abortable & {
        format?: RecordFormat | undefined;
    }): Promise<IndividualRecord>;
    /**
     * Terms with ids, labels or synonyms that have all words of a text, or parts of them, the best first; without a text those
     * that are recorded.
     */
    findTerms(words?: string, given?: TableOptions): Table<FoundTerm>;
    /** The ontologies that were loaded. */
    ontologies(given?: TableOptions): Table<OntologyRow>;
    /** The genes with a symbol, other names or ids that have a text as a part, or all. */
    genes(name?: string, given?: TableOptions): Table<FoundGene>;
    /** The samples: of which individual each is, its batches, and a column for each attribute of samples. */
    sampleTable(given?: TableOptions): Table<SampleRow>;
    /**
     * Defines a virtual cohort: `cohort:NAME` stands for the expression from now on, of who may be seen when it is asked. Gives how
     * many people are in it now. With `pin` it holds in this state of the dataset alone, and is refused in others.
     */
    defineCohort(name: string, who: Expression, given?: Abortable & {
        pin?: boolean | undefined;
    }): Promise<number>;
    /** The virtual cohorts, with how many people of those who may be seen are in each. */
    cohorts(given?: TableOptions): Table<CohortRow>;
    /** Forgets a virtual cohort. */
    dropCohort(name: string, given?: Abortable): Promise<void>;
    /** The states of the dataset that can be opened, the newest first: `open` opens one by its `snapshot`. */
    snapshots(given?: TableOptions): Table<SnapshotRow>;
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
    add(inputs: PathLike | PathLike[], given?: AddOptions): Promise<Dataset>;
    /** What the dataset holds. */
    info(): Info;
    /** What each kind of section takes, largest first. */
    sections(given?: Abortable): Promise<SectionSize[]>;
    /** Checks every checksum and every invariant: `ERR_VARIDEX_DAMAGED` where something is damaged. */
    verify(given?: Abortable): Promise<void>;
    /** Names of all samples, in their order. */
    samples(given?: Abortable): Promise<string[]>;
    /**
     * How many people there are by the values of fields: `sex`, `population`, …; `age` or `age(18,40,65)`; a term
     * (`HP:0001250`); `NAME=GROUP` for groups of one's own.
     */
    peopleCounts(by: string | string[], given?: Abortable): Promise<PeopleCount[]>;
    /** Of how many people each term is recorded, or a more special one; the most frequent first. */
    termCounts(given?: Abortable & {
        scope?: string | undefined;
    }): Promise<TermCount[]>;
    /**
     * Writes variants and genotypes to a file with a name that ends in `.vcf`, `.vcf.gz` or `.bcf`. It
     * appears whole or not at all, also where a signal stops the export.
     */
    export(where: Expression, file: PathLike, given?: ExportOptions): Promise<ExportSummary>;
    /** Whether it was closed. */
    get closed(): boolean;
    /**
     * Gives the dataset back. What is asked later is refused with `ERR_VARIDEX_CLOSED`; what was begun
     * goes on, and groups keep what they need. A second time does nothing.
     */
    close(): void;
    [Symbol.dispose](): void;
    /** What `console.log` prints. */
    [inspectKey](): string;
}
