/**
 * What the stack of an error tells of the code of modules.
 *
 * @module
 */

/** The functions of modules on the stack of an error, the innermost first, as V8 and JavaScriptCore write it. */
export function functionsIn({ stack = "" }: Error): readonly string[] {
  return stack.split("\n").flatMap((line) => {
    const name = /^\s*at (\S+) \(wasm:/.exec(line)?.[1] ?? /wasm-function\[([^\]]+)\]@/.exec(line)?.[1];
    return name === undefined ? [] : [ofSource(name.replace(/^.*\./, ""))];
  });
}

/** Where in the module's file an error was thrown, as V8 tells it: ` at 0x…`, or nothing. */
export function placeIn({ stack = "" }: Error): string {
  const [, offset] = /wasm-function\[\d+\]:(0x[0-9a-f]+)/.exec(stack) ?? [];
  return offset === undefined ? "" : ` at ${offset}`;
}

/** As the source has it: names of Rust are paths of words with their lengths before them, and a hash (`_ZN5store4read17h…E`). */
function ofSource(name: string): string {
  const [, path = ""] = /^_ZN(.*)17h[0-9a-f]{16}E$/.exec(name) ?? [];
  const words: string[] = [];
  for (let rest = path; rest !== "";) {
    const [digits] = /^\d+/.exec(rest) ?? [];
    if (digits === undefined) return name;
    const end = digits.length + Number(digits);
    words.push(rest.slice(digits.length, end));
    rest = rest.slice(end);
  }
  return words.length === 0 ? name : words.join("::");
}

/** Functions in words, the innermost first. */
export function wayTo(functions: readonly string[] = []): string {
  return functions.length === 0 ? "a function without a name" : functions.map((name) => `${name}()`).join(" < ");
}

/** Whether calls were nested without end: V8 and JavaScriptCore say it in these words. */
export function isStackOverflow({ message }: RangeError): boolean {
  return /call stack/i.test(message);
}

/** How many frames are asked for: V8 tells of ten by itself, and some are not the module's. */
const FRAMES = 100;

/** The functions of a module that calls an import now, the outermost first. */
export function stackOfModule(): readonly string[] {
  const limit: unknown = Reflect.get(Error, "stackTraceLimit");
  Reflect.set(Error, "stackTraceLimit", FRAMES);
  const functions = functionsIn(new Error());
  Reflect.set(Error, "stackTraceLimit", limit);
  return functions.toReversed();
}
