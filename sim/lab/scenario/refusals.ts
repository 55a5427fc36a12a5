/**
 * What a reader of YAML says of what it does not accept.
 *
 * @module
 */

import { isScalar, type Node, type YAMLMap } from "yaml";
import { quoted } from "../../kernel/given.ts";
import { alternatives } from "../../shape/alternatives.ts";
import { holdsSecret } from "../../shape/holds_secret.ts";
import type { ScalarShape, Shape } from "../../shape/shape.ts";
import type { Place, Reading } from "./reading.ts";
import { WRONG } from "./salvage.ts";
import { characters, describe, MOST_SHOWN, textOf } from "./yaml_text.ts";

/**
 * Notes names that refer to nothing, and says where they stand.
 *
 * @param isWhole Whether all else is right: otherwise what is not there may be what could not be read.
 */
export function refuseDangling(reading: Reading, isWhole: boolean): Node[] {
  const { references, names } = reading;
  const dangling: Node[] = [];
  const said = isWhole ? new Set() : reading.textsBesides(new Set(references.map(({ node }) => node)));
  for (const { to, name, node, place, isTold } of references) {
    const all = to.split(" or ").flatMap((kind) => names.get(kind) ?? []);
    const known = all.filter(({ isTold }) => isTold).map((each) => each.name);
    if (all.some((each) => each.name === name)) continue;
    dangling.push(node);
    if (known.length === 0 && said.has(name)) continue;
    const hidden = `a name of ${characters(name)}`;
    if (known.length === 0) {
      place.refuse(
        node,
        isTold ? quoted(name) : hidden,
        `no ${to}: ${isWhole ? "the file has none" : "none could be read"}`,
      );
    } else place.refuseWord(node, { text: name, mayBeSecret: !isTold, shown: quoted(name), hidden }, known);
  }
  return dangling;
}

/** Notes that nothing has the name that stands there; it may be a secret that only looks like a name. */
export function refuseVariable(shape: ScalarShape, name: string, node: Node, place: Place): typeof WRONG {
  const hidden = `a text of ${characters(`$${name}`)} that begins with $`;
  const word = { text: `$${name}`, mayBeSecret: shape.isSecret === true, shown: `$${name}`, hidden };
  const known = place.reading.scope.names.map((each) => `$${each}`);
  return known.length > 0
    ? place.refuseWord(node, word, known)
    : place.refuse(node, hidden, "a name of parameters, matrix or cases behind it, or $$ for the text $");
}

/** Notes that a shape does not accept what a name stands for. */
export function refuseValue(
  told: Shape,
  { variable, text, meant }: { readonly variable: string; readonly text: string; readonly meant: string | undefined },
  node: Node,
  place: Place,
): typeof WRONG {
  const hidden = `$${variable}, a text of ${characters(text)},`;
  const isHidden = holdsSecret(told) || text.length > MOST_SHOWN;
  place.reading.text.show(node);
  place.reading.refuse(node, place, {
    given: isHidden ? hidden : `$${variable}, ${quoted(text)},`,
    hidden,
    variable,
    accepted: told.accepts,
    ...(meant === undefined ? {} : { meant }),
  });
  return WRONG;
}

/** Notes each name that a mapping has already, whatever it is: the value of one of the two would be lost. */
export function refuseDoubles({ items }: YAMLMap<Node, Node | null>, place: Place): void {
  const first = new Map<string, Node>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    const before = first.get(textOf(key));
    if (before === undefined) first.set(textOf(key), key);
    else {
      const { line, col } = place.position(before);
      place.refuse(key, `a name that the mapping already has (${line}:${col})`, "each name once");
    }
  }
}

export function refuseName(key: Node, known: readonly string[], mayBeSecret: boolean, place: Place): void {
  const accepted = `one of ${alternatives(known)}`;
  if (!isScalar(key)) place.refuse(key, "a name that is not a text", accepted);
  else if (key.tag !== undefined) place.refuse(key, "a name with a tag", accepted);
  else {
    const text = String(key.value);
    const hidden = `an unknown name of ${characters(text)}`;
    const { homes } = place.reading;
    const word = {
      text,
      // A word that the language has elsewhere is no secret.
      mayBeSecret: mayBeSecret && homes?.has(text) !== true,
      shown: text.length > MOST_SHOWN ? hidden : quoted(text),
      hidden,
      home: homes?.sentence(text),
    };
    place.refuseWord(key, word, known);
  }
}

/** Notes that a shape does not accept what stands there. */
export function refuseUnfit(
  shape: Shape,
  node: Node | null,
  place: Place,
  meant?: string,
  isSecret = holdsSecret(shape),
): typeof WRONG {
  if (!isSecret && isScalar(node)) place.reading.text.show(node);
  place.reading.refuse(node, place, {
    given: describe(node, isSecret),
    accepted: shape.accepts,
    ...(meant === undefined ? {} : { meant }),
  });
  return WRONG;
}
