/**
 * The functions of `@std/assert` that this project's tests use, with the same
 * names and signatures, over `node:assert`: a stand-in for machines that cannot
 * reach jsr.io. Removing `links` from the root `deno.json` gives the real package.
 *
 * @module
 */

import nodeAssert from "node:assert";

/** What a failed assertion throws. */
export class AssertionError extends Error {
  /** @param message What did not hold. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

function raise(error: unknown, msg?: string): never {
  const text = error instanceof Error ? error.message : String(error);
  throw new AssertionError(msg === undefined ? text : `${text}: ${msg}`);
}

/** Throws unless `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Throws unless both values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  try {
    nodeAssert.deepStrictEqual(actual, expected);
  } catch (error) {
    raise(error, msg);
  }
}

/** Throws if both values are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  try {
    nodeAssert.notDeepStrictEqual(actual, expected);
  } catch (error) {
    raise(error, msg);
  }
}

/** Throws unless both are the same value by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  try {
    nodeAssert.strictEqual(actual, expected);
  } catch (error) {
    raise(error, msg);
  }
}

/** Throws if the value is `null` or `undefined`. */
export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) {
    raise(`Expected a value, got ${actual}`, msg);
  }
}

/** Any constructor, abstract ones too. */
// deno-lint-ignore no-explicit-any
export type AnyConstructor = abstract new (...args: any[]) => unknown;

/** Throws unless `actual` is an instance of `expectedType`. */
export function assertInstanceOf<T extends AnyConstructor>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is InstanceType<T> {
  if (!(actual instanceof expectedType)) {
    raise(
      `Expected an instance of ${expectedType.name}, got ${String(actual)}`,
      msg,
    );
  }
}

/** Throws unless the text matches. */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  if (!expected.test(actual)) {
    raise(`Expected ${JSON.stringify(actual)} to match ${expected}`, msg);
  }
}

/** Throws unless the text contains `expected`. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  if (!actual.includes(expected)) {
    raise(
      `Expected ${JSON.stringify(actual)} to contain ${JSON.stringify(expected)}`,
      msg,
    );
  }
}

/** Throws unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) raise(`Expected ${actual} > ${expected}`, msg);
}

/** Throws unless `actual >= expected`. */
export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!(actual >= expected)) raise(`Expected ${actual} >= ${expected}`, msg);
}

/** Throws unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) raise(`Expected ${actual} < ${expected}`, msg);
}

/** Throws unless `actual <= expected`. */
export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  if (!(actual <= expected)) raise(`Expected ${actual} <= ${expected}`, msg);
}

/** Throws always. */
export function fail(msg?: string): never {
  throw new AssertionError(
    msg === undefined ? "Failed assertion" : `Failed assertion: ${msg}`,
  );
}

/** Throws unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Throws unless `fn` throws an instance of `ErrorClass` whose message contains `msgIncludes`. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  // deno-lint-ignore no-explicit-any
  ErrorClass: abstract new (...args: any[]) => E,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  errorClassOrMsg?: AnyConstructor | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  try {
    fn();
  } catch (error) {
    if (typeof errorClassOrMsg === "function") {
      if (!(error instanceof errorClassOrMsg)) {
        raise(
          `Expected an error of class ${errorClassOrMsg.name}, got ${String(error)}`,
          msg,
        );
      }
      if (msgIncludes !== undefined) {
        assertStringIncludes((error as Error).message, msgIncludes, msg);
      }
    }
    return error;
  }
  raise(
    "Expected the function to throw",
    typeof errorClassOrMsg === "string" ? errorClassOrMsg : msg,
  );
}
