// Names that were others before: the old ones warn, and go with the next release.

const warned = new Set<string>()

/** Warns of an old name, once in a process. */
export function renamed(before: string, now: string): void {
  if (warned.has(before)) return
  warned.add(before)
  process.emitWarning(`${before} is ${now} now`, 'DeprecationWarning')
}

/** The object, which has a property by an old name as well. */
export function alsoAs<T extends object, B extends string>(
  object: T, type: string, before: B, now: keyof T & string,
): T & { readonly [name in B]: number } {
  Object.defineProperty(object, before, {
    enumerable: false,
    get: () => {
      renamed(`${type}.${before}`, now)
      return object[now]
    },
  })
  return object as T & { readonly [name in B]: number }
}
