import type * as pulumi from "@pulumi/pulumi";

type Primitive = string | number | boolean | undefined;

/** A plain type with every value in it, at every depth, allowed to be an output. */
export type NestedInput<T> = [T] extends [Primitive]
  ? pulumi.Input<T>
  : pulumi.Input<{ readonly [K in keyof T]: NestedInput<T[K]> }>;

/** A resource's arguments: the object itself is plain, its properties are inputs. */
export type NestedArgs<T> = { readonly [K in keyof T]: NestedInput<T[K]> };
