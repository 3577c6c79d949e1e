/** The name by which Node asks an object for that. */
export declare const inspectKey: unique symbol;
/** A type, and what is worth to be seen of it. */
export declare function inspected(type: string, values: Record<string, unknown>): string;
