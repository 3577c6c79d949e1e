/** Warns of an old name, once in a process. */
export declare function renamed(before: string, now: string): void;
/** The object, which has a property by an old name as well. */
export declare function alsoAs<T extends object, B extends string>(object: T, type: string, before: B, now: keyof T & string): T & {
    readonly [name in B]: number;
};
