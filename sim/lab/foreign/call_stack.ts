/**
 * What the stack of an error tells of the code of modules.
 *
 * @module
 */

/** The functions of modules on the stack of an error, the innermost first, as V8 and JavaScriptCore write it. */
export function functionsIn({ stack = "" }: Error): readonly string[] {
  return stack.split("\n").flatMap((line) => {
    const name = /^\s*at (\S+) \(wasm:/.exec(line)?.[1] ?? /wasm-function\[([^\]]+)\]@/.exec(line)?.[1];
    return name === undefined ? [] : [name.replace(/^.*\./, "")];
  });
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
