import type { OutputInstance } from "@pulumi/pulumi";

/**
 * Names that may be read below a value of a type, as a provider's SDK gives it: the properties of an object,
 * any key of a map, the indices of a list. Of a type that says nothing, as of a JSON document, none: `as` and `json`
 * give such a value the type of what is read there.
 */
export type Key<T> = unknown extends T ? never : KeyOf<Plain<T>>;

/** What is below that name. */
export type Child<T, K extends string> = unknown extends T ? unknown : ChildOf<Plain<T>, K>;

/** What a list holds. */
export type Item<T> = unknown extends T ? unknown : ItemOf<Plain<T>>;

/** What an object or a map holds. */
export type Entry<T> = unknown extends T ? unknown : EntryOf<Plain<T>>;

/** An input without what it comes in: a promise or an output of another resource. */
export type Plain<T> =
  T extends Promise<infer U>
    ? Plain<U>
    : T extends OutputInstance<infer U>
      ? Plain<U>
      : Exclude<T, undefined | null>;

// Each of these goes over the members of a union, so that what one of them has may be read.
type KeyOf<T> = T extends readonly unknown[] ? `${number}` : T extends object ? keyof T & string : never;
type ChildOf<T, K extends string> = T extends readonly (infer E)[] ? E : K extends keyof T ? T[K] : never;
type ItemOf<T> = T extends readonly (infer E)[] ? E : never;
type EntryOf<T> = T extends readonly unknown[] ? never : T extends object ? T[keyof T] : never;
