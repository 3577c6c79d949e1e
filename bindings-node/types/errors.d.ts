/** Codes of errors that are about Varidex; those of the file system are Node's own (`ENOENT`, …). */
export type ErrorCode = 
/** An expression or an argument that cannot be understood: see `at` and `candidates`. */
'ERR_VARIDEX_EXPRESSION'
/** Options that make no sense together, or here. */
 | 'ERR_VARIDEX_USAGE'
/** An input file says something it may not say: see `file`, `line`, `expected`, `found`. */
 | 'ERR_VARIDEX_INPUT'
/** Bytes of a dataset are not what was written. */
 | 'ERR_VARIDEX_DAMAGED'
/** The dataset was written by a newer version. */
 | 'ERR_VARIDEX_TOO_NEW'
/** The dataset was written by an older version, in a format that is no longer read: build it again. */
 | 'ERR_VARIDEX_TOO_OLD'
/** Another process writes the dataset. */
 | 'ERR_VARIDEX_LOCKED'
/** The dataset was closed before. */
 | 'ERR_VARIDEX_CLOSED'
/** A fault of Varidex itself. */
 | 'ERR_VARIDEX_INTERNAL' | (string & {});
/** Where, and what, as far as it is known; a property that says nothing is not there. */
export interface ErrorDetails {
    /** The file or directory that the operating system refused. */
    path?: string;
    /** The operating system's number of the error. */
    errno?: number;
    /** The whole expression. */
    expression?: string;
    /** The part of `expression` that is wrong: start and end, as `slice` takes them. */
    at?: [number, number];
    /** The nearest names that would be understood, best first. */
    candidates?: string[];
    /** The input file, or the file of a dataset. */
    file?: string;
    /** The line of a text file, the first being 1. */
    line?: number;
    /** The record of a binary file, the first being 1. */
    record?: number;
    /** The place in a file, in bytes. */
    offset?: number;
    /** The damaged section. */
    section?: string;
    expected?: string;
    found?: string;
}
/** What goes wrong in Varidex. */
export declare class VaridexError extends Error implements ErrorDetails {
    readonly name: string;
    /** What kind of error it is: stable, unlike the message. */
    readonly code: ErrorCode;
    readonly path?: string;
    readonly errno?: number;
    readonly expression?: string;
    readonly at?: [number, number];
    readonly candidates?: string[];
    readonly file?: string;
    readonly line?: number;
    readonly record?: number;
    readonly offset?: number;
    readonly section?: string;
    readonly expected?: string;
    readonly found?: string;
    constructor(message: string, code: ErrorCode, details?: ErrorDetails);
}
/** What is thrown where an `AbortSignal` ended something; `cause` is the signal's reason. */
export declare class AbortError extends Error {
    readonly name: string;
    readonly code = "ABORT_ERR";
    constructor(cause?: unknown);
}
/** An argument of a wrong type, or an option that does not exist: a `TypeError` as Node throws it. */
export declare function wrongArgument(name: string, expected: string, value: unknown): TypeError;
/** The error that JavaScript sees for one that the native part threw. */
export declare function translated(error: unknown, signal?: AbortSignal): unknown;
