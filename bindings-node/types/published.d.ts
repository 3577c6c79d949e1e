import { type Abortable, type Expression, type PathLike } from './arguments.js';
import { inspectKey } from './inspect.js';
import { Table, type Cell, type TableOptions } from './table.js';
import type { Policy, ShownStatus } from './shown.js';
import type { PublishedCounts } from '../native/binding.js';
/** What is published of whom. */
export interface PublishOptions extends Abortable {
    /** What is shown: a policy by its name, or its rules. */
    policy: string | Policy;
    /** By which fields strata are made; none by default: then there is the total alone. */
    by?: string | string[] | undefined;
    /** Which variants; all by default. Numbers are compared as the policy shows them. */
    where?: string | undefined;
    /** Names the people that are counted; by default as the dataset. */
    population?: string | undefined;
    /** After so many days the file is refused: somebody may have withdrawn since; 365 by default. */
    maxAge?: number | undefined;
    /** Labels of strata that are published although their members are further from others than the policy allows. */
    accept?: string | string[] | undefined;
    /** Whether a published file that is there is replaced; false by default. */
    force?: boolean | undefined;
}
/** How far the members of a stratum are from others, by what is published of it. */
export interface StratumLeak {
    /** The label; `Total` is everybody, `(others)` are those in no stratum. */
    label: string;
    people: number;
    sites: number;
    /** Sites that are not in linkage disequilibrium with one before. */
    independent_sites: number;
    /** √(independent sites / people). */
    expected: number;
    /** What the likelihood-ratio test reaches, in standard deviations; null of fewer than 40 people. */
    attacked: number | null;
    /** What to reckon with, in standard deviations. */
    separation: number;
    /** The share of members that a test finds where it mistakes 5 % of others for members. */
    power_at_5_percent: number;
    /** Whether it is above what the policy allows, and named. */
    accepted: boolean;
}
/** What was published. */
export interface PublishReport {
    /** Sites in the file. */
    sites: number;
    /** Sites of which nothing may be shown: they are not in the file. */
    refused: number;
    /** Cells of sites in the file that are withheld. */
    withheld: number;
    /** Cells of sites in the file. */
    cells: number;
    /** Labels of the strata. */
    strata: string[];
    /** How many groups are too small to be strata; their people are counted in the total. */
    left_out: number;
    /** How far members are from others, in everybody and in each stratum. */
    leaks: StratumLeak[];
    /** SHA-256 of the content, in hexadecimal digits. */
    digest: string;
    /** Bytes of the file. */
    bytes: number;
}
/** What a published file says of itself. */
export interface PublishedInfo {
    /** Its path. */
    published: string;
    /** SHA-256 of the content, in hexadecimal digits. */
    digest: string;
    rows: number;
    bytes: number;
    /** The last day that it may be used. */
    last_day: string;
    /** Population, consent date, policy, fields, strata and contigs, as `varidex info --json` prints them. */
    about: Record<string, unknown>;
    sections: {
        name: string;
        bytes: number;
    }[];
}
/** A row of `frequencies` of a published file. */
export interface PublishedRow {
    chrom: string;
    /** 1-based, as in VCF. */
    pos: number;
    ref: string;
    alt: string | null;
    /** Copies that carry the allele; null where that is withheld. */
    ac: number | null;
    /** Copies with a known allele; null where that is withheld, or somebody was not looked at. */
    an: number | null;
    /** ac / an. */
    af: number | null;
    /** Null where numbers by zygosity are withheld. */
    n_het: number | null;
    n_hom: number | null;
    n_hemi: number | null;
    /** Of `ac`; in `sites` null of what is no allele, or where only the reference could say which site it is. */
    status: ShownStatus | null;
    /** The values that it is counted by, `all` in each of them for everybody; in `sites` the `id` of the file. */
    [column: string]: Cell;
}
/** Options of `frequencies` and `sites` of a published file. */
export interface PublishedOptions extends TableOptions {
    /** A union of strata by their labels, with `|` between them: `FI|SE_F`; everybody by default. */
    group?: string | undefined;
    /** Count by some of the fields that strata are made by. */
    by?: string | string[] | undefined;
}
/** Options of `site`. */
export interface PublishedSiteOptions extends Abortable {
    /** A union of strata, as in `frequencies`. */
    group?: string | undefined;
}
/**
 * Counts of alleles by strata that were published: no sample is in them, and no id. `openPublished` opens one.
 *
 * ```js
 * const file = await varidex.openPublished('counts.vdx')
 * const { ac, an, status } = await file.site('22', 16050075, 'A', 'G', { group: 'FI' }) ?? {}
 * for await (const batch of file.frequencies('22:16,000,000-17,000,000', { by: 'sex' })) console.log(batch)
 * ```
 */
export declare class Published {
    #private;
    private constructor();
    /** What the file says of itself. */
    get info(): PublishedInfo;
    /** The labels of the strata. */
    get strata(): string[];
    /**
     * The counts of an allele, by its REF and ALT in any case of letters. Null where the file does not have it: nobody has it,
     * or what is of it may not be shown.
     */
    site(chrom: string, pos: number, ref: string, alt: string, given?: PublishedSiteOptions): Promise<PublishedCounts | null>;
    /** Counts of the sites that an expression picks, in a union of strata or in everybody, and by fields of strata. */
    frequencies(where: Expression, given?: PublishedOptions): Table<PublishedRow>;
    /** Counts of the alleles of a file of variants in its order, however they are spelled. All is withheld of what is not there. */
    sites(file: PathLike, given?: PublishedOptions): Table<PublishedRow>;
    /** Reads all of the file, and checks every checksum, the digest and every rule. */
    verify(given?: Abortable): Promise<void>;
    /** What `console.log` prints. */
    [inspectKey](): string;
}
/**
 * Opens counts that were published. A file that is older than it may be is refused.
 *
 * ```js
 * const file = await varidex.openPublished('counts.vdx')
 * ```
 */
export declare function openPublished(file: PathLike, given?: Abortable): Promise<Published>;
