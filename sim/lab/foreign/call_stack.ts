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
