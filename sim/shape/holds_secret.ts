/**
 * Where in a file secrets can stand.
 *
 * @module
 */

import type { Shape } from "./shape.ts";

/** Whether a secret may stand in a value, at any depth: what is given in its place by mistake may then be that secret. */
export function holdsSecret(shape: Shape): boolean {
  switch (shape.kind) {
    case "scalar":
      return shape.isSecret === true;
    case "list":
      return holdsSecret(shape.item);
    case "mapping":
      return Object.values(shape.fields).some((field) => holdsSecret("optional" in field ? field.optional : field));
    case "entries":
      return holdsSecret(shape.name) || holdsSecret(shape.item);
    case "variant":
      return Object.values(shape.variants).some(holdsSecret) ||
        Object.values(shape.beside).some((fields) =>
          Object.values(fields).some(({ optional }) => holdsSecret(optional))
        );
    case "either":
      return [shape.scalar, shape.list ?? shape.other, shape.other].some(holdsSecret);
    case "converted":
      return holdsSecret(shape.written);
    default:
      return shape satisfies never;
  }
}
