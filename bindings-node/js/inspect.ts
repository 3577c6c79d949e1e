// What `console.log` prints of the objects of this package.

/** The name by which Node asks an object for that. */
export const inspectKey: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never

/** A type, and what is worth to be seen of it. */
export function inspected(type: string, values: Record<string, unknown>): string {
  const shown = Object.entries(values).map(([name, value]) =>
    `${name}: ${typeof value === 'string' ? `'${value}'` : String(value)}`)
  return `${type} { ${shown.join(', ')} }`
}
