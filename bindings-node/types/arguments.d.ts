import { Cancel } from '../native/binding.js';
/** A path: a string, or a `file:` URL. */
export type PathLike = string | URL;
/** Options of everything that can be given up. */
export interface Abortable {
    /** Ends the work: the promise is rejected with an `AbortError` when it has stopped. */
    signal?: AbortSignal | undefined;
}
/** How far something is. */
export interface Progress {
    /** What is being done. */
    what: string;
    /** Done so far: bytes of a build, variants of an export and of a simulation. */
    done: number;
    /** What there is to do; null where it is not known. */
    total: number | null;
}
/** Options of everything that takes long. */
export interface Long extends Abortable {
    /** Called now and then with how far it is; what it throws ends the work. */
    onProgress?: ((progress: Progress) => void) | undefined;
}
export declare function text(name: string, value: unknown): string;
/**
 * An expression: text (`carriers(gene:RYR1) & sex:female`), or its JSON form as an object
 * (`{ and: [{ carriers: { of: { gene: 'RYR1' } } }, { sex: 'female' }] }`), which needs no quoting.
 */
export type Expression = string | object;
export declare function expression(name: string, value: unknown): string;
export declare function path(name: string, value: unknown): string;
/** One or several. */
export declare function several<T>(name: string, value: unknown, one: (name: string, value: unknown) => T): T[];
export declare function optional<T>(name: string, value: unknown, one: (name: string, value: unknown) => T): T | undefined;
export declare function flag(name: string, value: unknown): boolean;
export declare function number(name: string, value: unknown): number;
/** A whole number from `least` up to what 32 bits hold. */
export declare function whole(least: number): (name: string, value: unknown) => number;
/** Options: an object that has none but these. A misspelt option must not be an option forgotten. */
export declare function options<T extends object>(value: T | undefined, known: readonly string[]): T;
/** Runs native work; a signal stops it, and its errors are those that users see. */
export declare function run<T>(signal: AbortSignal | undefined, start: (cancel: Cancel | null) => Promise<T>, cancel?: Cancel | null): Promise<T>;
/** The same with progress: what the callback throws stops the work, and is what is thrown. */
export declare function runLong<T>({ signal, onProgress }: Long, start: (progress: ((at: Progress) => void) | null, cancel: Cancel | null) => Promise<T>): Promise<T>;
/** Runs native work here and now. */
export declare function now<T>(start: () => T): T;
