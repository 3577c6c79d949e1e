import { type Abortable, type Expression, type Long, type PathLike } from './arguments.js';
import { Group } from './group.js';
import { Table, type CarrierRow, type CompoundRow, type FrequencyRow, type TableOptions, type VariantRow } from './table.js';
import type { BuildReport, Explanation as NativeExplanation, ExportSummary, Frequency, Genotypes, Haplotypes, Info, ManyFrequencies, PeopleCount, SectionSize, Step as NativeStep, TermCount } from '../native/binding.js';
export type { ExportSummary, Genotypes, Haplotypes, ManyFrequencies } from '../native/binding.js';
/** A part of a question, as it was run. */
export interface Step extends NativeStep {
    /** @deprecated `segmentsSkipped` */
    readonly segmentsPassedBy: number;
    /** @deprecated `individuals` */
    readonly people: number;
}
/** What was done to answer a question. */
export interface Explanation extends NativeExplanation {
    /** The parts, in the order they were run. */
    steps: Step[];
    /** @deprecated `individuals` */
    readonly people: number;
}
/** Options of what can be asked about some people only. */
export interface GroupOption {
    /** A group, or an expression that picks one; everybody unless told. */
    group?: Group | Expression | undefined;
}
/** Options of one table. */
export interface Counted extends TableOptions, GroupOption {
}
/** Options of `frequencies`. */
export interface FrequencyOptions extends Counted {
    /**
     * Count by the values of these, a column each: `population`, `sex`, …; `age` or `age(18,40,65)`; a term
     * (`HP:0001250`); `NAME=GROUP` for groups of one's own.
     */
    by?: string | string[] | undefined;
    /** Compare these with `controls`: odds ratio, and Fisher's exact test of the alleles. */
    cases?: Group | string | undefined;
    /** Whom cases are compared with; nobody can be both. */
    controls?: Group | string | undefined;
}
/** Options of `carriers`. */
export interface CarrierOptions extends Counted {
    /** A PED or FAM file: only children of its trios, and from whom they have the variant. */
    trio?: PathLike | undefined;
}
/** Options of `export`. */
export interface ExportOptions extends Long, GroupOption {
    /** Threads that compress; as many as the machine has unless told. */
    threads?: number | undefined;
}
/**
 * An open dataset: it shows the state at the time of opening, whatever is published later. Any number
 * of calls can run at the same time.
 */
export declare class Dataset {
    #private;
    /** What the build told, where this dataset has just been built. */
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
    ask(who: Expression, told?: Abortable): Promise<Group>;
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
    group(ids: Iterable<string>, told?: Abortable): Promise<Group>;
    /** What is done to answer `ask`. */
    explain(who: Expression, told?: Abortable): Promise<Explanation>;
    /** The variants that an expression picks, with their counts. */
    variants(where: Expression, told?: Counted): Table<VariantRow>;
    /** Counts and frequencies of variants, in everybody, in a group, by values of attributes, or of cases and controls. */
    frequencies(where: Expression, told?: FrequencyOptions): Table<FrequencyRow>;
    /** Who carries variants: a row for each sample and variant. */
    carriers(where: Expression, told?: CarrierOptions): Table<CarrierRow>;
    /** Who carries two variants in one gene, on different copies as far as is known. */
    compounds(where: Expression, told?: Counted): Table<CompoundRow>;
    /**
     * Counts of one allele, by any of its spellings. Of one that the dataset does not have, `present` is false, `ac` is
     * 0, `an` and `others` say what is known of the place, and `reason` says it in words.
     *
     * ```js
     * const { ac, an, af } = await dataset.frequency('22:16050075:A:G')
     * ```
     */
    frequency(allele: string, told?: Abortable & GroupOption): Promise<Frequency>;
    /** `frequency`, here and now. */
    frequencySync(allele: string, told?: GroupOption): Frequency;
    /**
     * Counts of many alleles: columns in, columns out. `chrom` may be one name for all. Quickest in the
     * order of positions.
     */
    frequencyMany(chrom: string | readonly string[], pos: ArrayLike<number>, ref: readonly string[], alt: readonly string[], told?: Abortable & GroupOption): Promise<ManyFrequencies>;
    /**
     * Copies of each variant that each sample has, as a matrix in a typed array: a row for each variant,
     * a column for each sample of the group.
     *
     * ```js
     * const { dosages, columns } = await dataset.genotypes('22:16,000,000-16,100,000', { group })
     * const ofVariant = (row) => dosages.subarray(row * columns, (row + 1) * columns)
     * ```
     */
    genotypes(where: Expression, told?: Abortable & GroupOption): Promise<Genotypes>;
    /**
     * The allele of each copy that each sample has, with phase: a row for each variant, in it for each sample of the
     * group `ploidy` copies.
     *
     * ```js
     * const { alleles, columns, ploidy } = await dataset.haplotypes('22:16,000,000-16,100,000', { group })
     * const ofSample = (row, column) => alleles.subarray((row * columns + column) * ploidy).slice(0, ploidy)
     * ```
     */
    haplotypes(where: Expression, told?: Abortable & GroupOption): Promise<Haplotypes>;
    /** What the dataset holds. */
    info(): Info;
    /** What each kind of section takes, largest first. */
    sections(told?: Abortable): Promise<SectionSize[]>;
    /** Checks every checksum and every invariant: `ERR_VARIDEX_DAMAGED` where something is damaged. */
    verify(told?: Abortable): Promise<void>;
    /** Names of all samples, in their order. */
    samples(told?: Abortable): Promise<string[]>;
    /** How many people there are by the values of keys: `sex`, `age`, `population`, … */
    peopleCounts(by: string | string[], told?: Abortable): Promise<PeopleCount[]>;
    /** Of how many people each term is recorded, or a more special one; the most frequent first. */
    termCounts(told?: Abortable & {
        scope?: string | undefined;
    }): Promise<TermCount[]>;
    /**
     * Writes variants and genotypes to a file whose name ends with `.vcf`, `.vcf.gz` or `.bcf`. It
     * appears whole or not at all, also where a signal stops the export.
     */
    export(where: Expression, file: PathLike, told?: ExportOptions): Promise<ExportSummary>;
    /** Whether it was closed. */
    get closed(): boolean;
    /**
     * Gives the dataset back. What is asked later is refused with `ERR_VARIDEX_CLOSED`; what was begun
     * goes on, and groups keep what they need. A second time does nothing.
     */
    close(): void;
    [Symbol.dispose](): void;
}
