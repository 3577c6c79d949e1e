import { type Expression, type Long, type PathLike } from './arguments.js';
import { Dataset } from './dataset.js';
import { Group } from './group.js';
import { Table, type AnnotationRow, type TableOptions } from './table.js';
import { type AnnotateSummary } from '../native/binding.js';
/** A dataset to annotate with, and what is counted in it. */
export interface AnnotateWith {
    dataset: Dataset;
    /** Only these people; everybody by default. */
    group?: Group | Expression | undefined;
    /** Also by the values of these fields, as in `frequencies`. */
    by?: string | string[] | undefined;
}
/** A dataset, or several by the names that INFO keys and columns begin with. */
export type Cohorts = Dataset | AnnotateWith | Record<string, Dataset | AnnotateWith>;
/** Options of `annotateFile`. */
export interface AnnotateOptions extends Long {
    /** Only records with an ALT of which this holds in each of the datasets, such as `af<0.01 | ac=0`. */
    filter?: string | undefined;
    /** Threads that work; as many as the machine has by default. */
    threads?: number | undefined;
}
/**
 * The alleles of a VCF or BCF file in its order, a row each, with their counts in one dataset or several; computed while
 * they are read, in bounded memory. `ac` is 0 of an allele that a dataset does not have, and `an` is null where somebody
 * was not looked at.
 *
 * ```js
 * const cohorts = { all: dataset, finns: { dataset, group: 'population:FIN' } }
 * for await (const batch of varidex.annotate('case.vcf.gz', cohorts)) {
 *   for (const { pos, alt, all_ac, finns_af } of batch) console.log(pos, alt, all_ac, finns_af)
 * }
 * ```
 */
export declare function annotate(input: PathLike, cohorts: Cohorts, given?: TableOptions): Table<AnnotationRow>;
/**
 * Writes a VCF or BCF file again, with counts of datasets beside each allele as INFO fields, NAME_AC and so on (`VDX_AC`
 * of one that is not named): VCF of VCF, BCF of BCF. The file appears whole or not at all.
 */
export declare function annotateFile(input: PathLike, cohorts: Cohorts, output: PathLike, given?: AnnotateOptions): Promise<AnnotateSummary>;
