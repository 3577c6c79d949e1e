// What is thrown.

/** Codes of errors that are about Varidex; those of the file system are Node's own (`ENOENT`, …). */
export type ErrorCode =
  /** An expression or an argument that cannot be understood: see `at` and `candidates`. */
  | 'ERR_VARIDEX_EXPRESSION'
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
  | 'ERR_VARIDEX_INTERNAL'
  | (string & {})

/** Where, and what, as far as it is known; a property that says nothing is not there. */
export interface ErrorDetails {
  /** The file or directory that the operating system refused. */
  path?: string
  /** The operating system's number of the error. */
  errno?: number
  /** The whole expression. */
  expression?: string
  /** The part of `expression` that is wrong: start and end, as `slice` takes them. */
  at?: [number, number]
  /** The nearest names that would be understood, best first. */
  candidates?: string[]
  /** The input file, or the file of a dataset. */
  file?: string
  /** The line of a text file, the first being 1. */
  line?: number
  /** The record of a binary file, the first being 1. */
  record?: number
  /** The place in a file, in bytes. */
  offset?: number
  /** The damaged section. */
  section?: string
  expected?: string
  found?: string
}

/** What goes wrong in Varidex. */
export class VaridexError extends Error implements ErrorDetails {
  override readonly name: string = 'VaridexError'
  /** What kind of error it is: stable, unlike the message. */
  readonly code: ErrorCode
  declare readonly path?: string
  declare readonly errno?: number
  declare readonly expression?: string
  declare readonly at?: [number, number]
  declare readonly candidates?: string[]
  declare readonly file?: string
  declare readonly line?: number
  declare readonly record?: number
  declare readonly offset?: number
  declare readonly section?: string
  declare readonly expected?: string
  declare readonly found?: string

  constructor(message: string, code: ErrorCode, details: ErrorDetails = {}) {
    super(message)
    this.code = code
    Object.assign(this, details)
  }
}

/** What is thrown where an `AbortSignal` ended something; `cause` is the signal's reason. */
export class AbortError extends Error {
  override readonly name: string = 'AbortError'
  readonly code = 'ABORT_ERR'

  constructor(cause?: unknown) {
    super('The operation was aborted', { cause })
  }
}

/** An argument of a wrong type, or an option that does not exist: a `TypeError` as Node throws it. */
export function wrongArgument(name: string, expected: string, value: unknown): TypeError {
  const found = typeof value === 'object' && value !== null
    ? `an instance of ${value.constructor?.name ?? 'Object'}`
    : `${typeof value} ${String(value)}`
  const error = new TypeError(`The "${name}" argument must be ${expected}. Received ${found}`)
  return Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' })
}

/** The error that JavaScript sees for one that the native part threw. */
export function translated(error: unknown, signal?: AbortSignal): unknown {
  if (!(error instanceof Error)) return error
  let found: Record<string, unknown>
  try {
    found = JSON.parse(error.message)
  } catch {
    return error
  }
  if (found === null || typeof found !== 'object') return error
  const { code, message, ...details } = found
  if (code === 'ABORT_ERR') return new AbortError(signal?.reason)
  return new VaridexError(String(message), String(code), details)
}
