// Arguments: what is wrong is said before anything is done.

import { fileURLToPath } from 'node:url'
import { translated, wrongArgument } from './errors.js'
import { Cancel } from '../native/binding.js'

/** A path: a string, or a `file:` URL. */
export type PathLike = string | URL

/** Options of everything that can be given up. */
export interface Abortable {
  /** Ends the work: the promise is rejected with an `AbortError` when it has stopped. */
  signal?: AbortSignal | undefined
}

/** How far something is. */
export interface Progress {
  /** What is being done. */
  what: string
  /** Done so far: bytes of a build, variants of an export and of a simulation. */
  done: number
  /** What there is to do; null where it is not known. */
  total: number | null
}

/** Options of everything that takes long. */
export interface Long extends Abortable {
  /** Called now and then with how far it is; what it throws ends the work. */
  onProgress?: ((progress: Progress) => void) | undefined
}

export function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongArgument(name, 'of type string', value)
  return value
}

/**
 * An expression: text (`carriers(gene:RYR1) & sex:female`), or its JSON form as an object
 * (`{ and: [{ carriers: { of: { gene: 'RYR1' } } }, { sex: 'female' }] }`), which needs no quoting.
 */
export type Expression = string | object

export function expression(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  const plain = typeof value === 'object' && value !== null
    && [Object.prototype, null].includes(Object.getPrototypeOf(value))
  if (!plain) throw wrongArgument(name, 'of type string or a plain object', value)
  return JSON.stringify(value)
}

export function path(name: string, value: unknown): string {
  if (value instanceof URL) return fileURLToPath(value)
  if (typeof value !== 'string') throw wrongArgument(name, 'of type string or a file: URL', value)
  if (value === '' || value.includes('\0')) {
    throw wrongArgument(name, 'a path: not empty, without null bytes', value)
  }
  return value
}

/** One or several. */
export function several<T>(
  name: string,
  value: unknown,
  one: (name: string, value: unknown) => T,
): T[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) return [one(name, value)]
  return value.map((item, i) => one(`${name}[${i}]`, item))
}

export function optional<T>(
  name: string,
  value: unknown,
  one: (name: string, value: unknown) => T,
): T | undefined {
  return value === undefined ? undefined : one(name, value)
}

export function flag(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrongArgument(name, 'of type boolean', value)
  return value
}

export function number(name: string, value: unknown): number {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw wrongArgument(name, 'a number', value)
  }
  return value
}

/** A whole number from `least` up to what 32 bits hold. */
export function whole(least: number): (name: string, value: unknown) => number {
  return (name, value) => {
    const fits = Number.isInteger(value) && (value as number) >= least
      && (value as number) <= 0xffff_ffff
    if (!fits) throw wrongArgument(name, `a whole number from ${least} to 4294967295`, value)
    return value as number
  }
}

/** Options: an object that has none but these. A misspelt option must not be an option forgotten. */
export function options<T extends object>(value: T | undefined, known: readonly string[]): T {
  if (value === undefined) return {} as T
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongArgument('options', 'of type object', value)
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      const error = new TypeError(`There is no option "${key}" here, but ${known.join(', ')}`)
      throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' })
    }
  }
  const { signal, onProgress } = value as Long
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw wrongArgument('options.signal', 'an AbortSignal', signal)
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw wrongArgument('options.onProgress', 'of type function', onProgress)
  }
  return value
}

/** What to stop when a signal is aborted; a signal that is here is listened to, once for all. */
const stops = new WeakMap<AbortSignal, Set<Cancel>>()

function onAbort(this: AbortSignal): void {
  for (const cancel of stops.get(this) ?? []) cancel.cancel()
}

/** Many questions may share a signal: a listener for each would be taken for a leak. */
function watch(signal: AbortSignal, cancel: Cancel): void {
  if (signal.aborted) return cancel.cancel()
  const known = stops.get(signal)
  if (known !== undefined) {
    known.add(cancel)
    return
  }
  stops.set(signal, new Set([cancel]))
  signal.addEventListener('abort', onAbort, { once: true })
}

function unwatch(signal: AbortSignal, cancel: Cancel): void {
  const known = stops.get(signal)
  if (known?.delete(cancel) && known.size === 0) {
    stops.delete(signal)
    signal.removeEventListener('abort', onAbort)
  }
}

/** Runs native work; a signal stops it, and its errors are those that users see. */
export async function run<T>(
  signal: AbortSignal | undefined,
  start: (cancel: Cancel | null) => Promise<T>,
  cancel: Cancel | null = signal === undefined ? null : new Cancel(),
): Promise<T> {
  if (signal !== undefined && cancel !== null) watch(signal, cancel)
  try {
    return await start(cancel)
  } catch (error) {
    throw translated(error, signal)
  } finally {
    if (signal !== undefined && cancel !== null) unwatch(signal, cancel)
  }
}

/** The same with progress: what the callback throws stops the work, and is what is thrown. */
export async function runLong<T>(
  { signal, onProgress }: Long,
  start: (progress: ((at: Progress) => void) | null, cancel: Cancel | null) => Promise<T>,
): Promise<T> {
  if (onProgress === undefined) return run(signal, (cancel) => start(null, cancel))
  const cancel = new Cancel()
  let failed: { thrown: unknown } | undefined
  const report = (at: Progress) => {
    if (failed !== undefined) return
    try {
      onProgress(at)
    } catch (thrown) {
      failed = { thrown }
      cancel.cancel()
    }
  }
  try {
    return await run(signal, (cancel) => start(report, cancel), cancel)
  } catch (error) {
    throw failed === undefined ? error : failed.thrown
  }
}

/** Runs native work here and now. */
export function now<T>(start: () => T): T {
  try {
    return start()
  } catch (error) {
    throw translated(error)
  }
}
