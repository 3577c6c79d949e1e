import { type Abortable } from './arguments.js';
import { inspectKey } from './inspect.js';
import type { TablePart } from '../native/binding.js';
/** A row of `variants`. Names are those of the command line's columns; null is missing. */
export interface VariantRow extends CountColumns {
    chrom: string;
    /** 1-based, as in VCF. */
    pos: number;
    id: string | null;
    ref: string;
    alt: string | null;
    type: string;
    filter: string | null;
    gene: string | null;
    consequence: string | null;
    impact: string | null;
    /** Columns that are there where they are asked for. */
    [column: string]: Cell;
}
/** What stands in a column. */
export type Cell = string | number | boolean | null | undefined;
/** A row of `frequencies`. */
export interface FrequencyRow extends CountColumns {
    chrom: string;
    /** 1-based, as in VCF. */
    pos: number;
    id: string | null;
    ref: string;
    alt: string | null;
    /** The group's expression, or the name of the group that it is counted by. */
    group?: string;
    /** The values that it is counted by, `all` in each of them for everybody; null where none is known. */
    [column: string]: Cell;
}
/** Columns of counts. */
export interface CountColumns {
    /** Copies that carry the allele. */
    ac: number;
    /** Copies with a known allele. */
    an: number | null;
    /** ac / an; null where an is 0 or not known. */
    af: number | null;
    n_het: number;
    n_hom: number;
    n_hemi: number;
    /** Samples with at least one copy that is not known; null where an is. */
    n_missing: number | null;
}
/** A row of `carriers`. */
export interface CarrierRow {
    chrom: string;
    /** 1-based, as in VCF. */
    pos: number;
    ref: string;
    alt: string | null;
    sample: string;
    individual: string | null;
    zygosity: 'het' | 'hom' | 'hemi';
    /** The genotype with respect to the ALT: `0|1`, `./1`. */
    phase: string | null;
    /** From whom it is; only with a pedigree. */
    origin?: string;
}
/** A row of `compounds`: two variants of one person in one gene. */
export interface CompoundRow {
    chrom: string;
    pos: number;
    ref: string;
    alt: string | null;
    chrom_2: string;
    pos_2: number;
    ref_2: string;
    alt_2: string | null;
    gene: string;
    sample: string;
    individual: string | null;
    phase: 'trans' | 'unknown';
}
/** A row of `findTerms`. */
export interface FoundTerm {
    id: string | null;
    label: string | null;
    /** What it or something more special is recorded as, set apart by commas. */
    scopes: string | null;
    /** Of how many people the term itself is recorded. */
    people: number;
    /** Of how many it or something more special is. */
    people_below: number;
    /** Of how many it is recorded as absent. */
    excluded: number;
}
/** A row of `ontologies`. */
export interface OntologyRow {
    file: string;
    version: string | null;
}
/** A row of `genes`; a gene that lies at several places has a row for each. */
export interface FoundGene {
    symbol: string;
    chrom: string | null;
    /** The first base, 1-based. */
    start: number | null;
    /** The last. */
    end: number | null;
    ids: string | null;
    aliases: string | null;
}
/** A row of `sampleTable`. */
export interface SampleRow {
    sample: string;
    individual: string | null;
    /** Batches from 0, set apart by commas. */
    batch: string | null;
    /** Attributes of samples. */
    [attribute: string]: Cell;
}
/** A row of `cohorts`: a virtual cohort. */
export interface CohortRow {
    name: string;
    /** People of those who may be seen; null where it cannot be asked: it is pinned to another state, or names what is not there. */
    count: number | null;
    /** Whether it was defined in another state. */
    stale: boolean;
    pinned: boolean;
    expression: string;
    /** The state that it was defined in. */
    snapshot: string;
    time: string;
    /** Of the view that it was defined in. */
    purpose: string | null;
    permit_date: string | null;
}
/** A row of `snapshots`: a state of the dataset that can be opened. */
export interface SnapshotRow {
    snapshot: string;
    /** When it was made, by the clock of the machine that did: in UTC, as RFC 3339 writes it. */
    time: string | null;
    /** The command that made it: `build`, `add`, `people` and the like. */
    command: string | null;
    samples: number;
    rows: number;
    segments: number;
    bytes: number;
}
/** A row of `annotate`: an allele of a file. Its counts are null of what is no allele. */
export interface AnnotationRow {
    chrom: string;
    /** 1-based, as in VCF. */
    pos: number;
    id: string | null;
    ref: string;
    alt: string | null;
    /** `ac`, `an`, … of a dataset; with its name before and a value of the fields behind: `NAME_ac_FIN`. */
    [column: string]: Cell;
}
/** Some rows of a table, and where it goes on. */
export interface Page<Row> {
    rows: Row[];
    /** For the option `after` of the same question; null where there are no more rows, or the table has no pages. */
    after: string | null;
}
/**
 * An answer with many rows. Nothing is computed before it is read, and one batch at a time is held;
 * reading it again asks again, and gives the same.
 *
 * ```js
 * for await (const batch of dataset.variants('gene:RYR1')) {
 *   for (const row of batch) console.log(row.chrom, row.pos, row.af)
 * }
 * const table = tableFromIPC(await dataset.variants('gene:RYR1').toIPC()) // of apache-arrow
 * ```
 *
 * Integers are numbers in rows. In Arrow they have 64 bits, which `apache-arrow` gives as `BigInt`.
 */
export declare class Table<Row> implements AsyncIterable<Row[]> {
    #private;
    private constructor();
    /** Batches of rows. */
    batches(): AsyncGenerator<Row[], void, undefined>;
    [Symbol.asyncIterator](): AsyncGenerator<Row[], void, undefined>;
    /** Rows, one by one. */
    rows(): AsyncGenerator<Row, void, undefined>;
    /** All rows. */
    toArray(): Promise<Row[]>;
    /**
     * All rows, and where the table goes on behind the `limit` that it was asked for with.
     *
     * ```js
     * let { rows, after } = await dataset.variants('22', { limit: 100 }).page()
     * while (after !== null) ({ rows, after } = await dataset.variants('22', { limit: 100, after }).page())
     * ```
     */
    page(): Promise<Page<Row>>;
    /** How many rows there are. Nothing else is computed. */
    count(): Promise<number>;
    /** What `console.log` prints. */
    [inspectKey](): string;
    /**
     * The parts of one Arrow IPC stream, a batch in each: for
     * `RecordBatchReader.from(table.ipc())`, a file, or the body of a response.
     */
    ipc(): AsyncGenerator<Uint8Array, void, undefined>;
    /** All of it as one Arrow IPC stream. */
    toIPC(): Promise<Uint8Array>;
}
/** Options of every table. */
export interface TableOptions extends Abortable {
    /** Rows of a batch at most; fewer where they are long. */
    batchRows?: number | undefined;
    /** Only these columns, also those that are there where they are asked for: `qual`, `info.KEY`, `af_low`, … */
    columns?: string | string[] | undefined;
    /** Rows to be left out at the beginning. */
    offset?: number | undefined;
    /** Rows at most. */
    limit?: number | undefined;
}
/** The rows and columns that are asked for. */
export declare function part({ batchRows, columns, offset, limit }: TableOptions): TablePart;
