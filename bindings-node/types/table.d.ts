import { type Abortable } from './arguments.js';
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
    /** Copies whose allele is known. */
    an: number | null;
    /** ac / an; null where an is 0 or not known. */
    af: number | null;
    n_het: number;
    n_hom: number;
    n_hemi: number;
    n_missing: number;
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
