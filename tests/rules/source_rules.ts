/// <reference lib="deno.unstable" />

/**
 * Rules about sources, as a lint plugin: what makes a simulation depend on
 * anything but its seed, and what the type checker can be talked out of.
 */

/** Names that reach the clock, chance, the locale or the outside world; each with what takes its place. */
const BANNED_NAMES: Readonly<Record<string, string>> = {
  Date: "Kernel.now",
  performance: "Kernel.now",
  setTimeout: "Kernel.schedule",
  setInterval: "Kernel.schedule",
  setImmediate: "Kernel.schedule",
  queueMicrotask: "Kernel.schedule",
  requestAnimationFrame: "Kernel.schedule",
  Promise: "a Task",
  crypto: "a RandomStream, or @noble/hashes",
  Deno: "an argument",
  Buffer: "Uint8Array",
  fetch: "the simulated network",
  console: "the trace",
  Intl: "the same text in every locale",
  globalThis: "an argument",
  WeakRef: "a Map: garbage collection is not deterministic",
  FinalizationRegistry: "a TaskGroup: garbage collection is not deterministic",
};

/** Methods whose result depends on the locale. */
const BANNED_METHODS = /^(toLocale\w*|localeCompare)$/;

/** What Node's global `process` has, and the kernel's `Process` has not. */
const BANNED_PROCESS = /^(argv|cwd|env|exit|hrtime|memoryUsage|nextTick|on|pid|platform|stderr|stdout|uptime)$/;

/** What of `Math` is exact on every engine (ECMA-262 leaves the others to the implementation). */
const EXACT_MATH = /^(abs|ceil|clz32|floor|fround|imul|max|min|round|sign|sqrt|trunc)$/;

/** Comments that switch checks off, or put work off. */
const BANNED_COMMENTS = /@ts-(ignore|expect-error|nocheck)|(deno|eslint)-(lint-)?(ignore|disable)|\b(TODO|FIXME|XXX)\b/;

interface Identifier {
  readonly name: string;
  readonly parent: unknown;
}

/** True of an identifier that only names a member: `x.name`, `{ name: 1 }`, `name(): void`. */
function isMemberName(node: Identifier): boolean {
  const parent = node.parent as {
    readonly type: string;
    readonly property?: unknown;
    readonly key?: unknown;
    readonly value?: unknown;
    readonly computed?: boolean;
    readonly shorthand?: boolean;
  };
  if (parent.computed === true) return false;
  if (parent.type === "MemberExpression") return parent.property === node;
  if (parent.type === "Property" && parent.shorthand === true) return false;
  return parent.key === node;
}

/** Rules for code that runs in simulated time. */
export const DETERMINISM: Deno.lint.Plugin = {
  name: "determinism",
  rules: {
    "banned-names": {
      create(context) {
        return {
          Identifier(node) {
            const instead = Object.hasOwn(BANNED_NAMES, node.name) ? BANNED_NAMES[node.name] : undefined;
            if (instead === undefined || isMemberName(node)) return;
            context.report({ node, message: `${node.name}: use ${instead}` });
          },
          MemberExpression(node) {
            const { object, property } = node;
            const name = property.type === "Identifier" && !node.computed ? property.name : undefined;
            if (name !== undefined && BANNED_METHODS.test(name)) {
              context.report({ node, message: `${name}: use the same text in every locale` });
            }
            if (
              name !== undefined && object.type === "Identifier" && object.name === "process" &&
              BANNED_PROCESS.test(name)
            ) context.report({ node, message: `process.${name}: use an argument` });
            if (
              object.type === "Identifier" && object.name === "Math" && (name === undefined || !EXACT_MATH.test(name))
            ) {
              context.report({ node, message: `Math.${name ?? "[…]"}: use a RandomStream, or integers` });
            }
          },
          // `const { random } = Math` would get around the rule above.
          VariableDeclarator(node) {
            if (node.init?.type === "Identifier" && node.init.name === "Math") {
              context.report({ node, message: "Math as a value: use its functions by name" });
            }
          },
        };
      },
    },
    "no-async": {
      create(context) {
        const report = (node: Deno.lint.Node) => context.report({ node, message: "async: use a Task" });
        return {
          FunctionDeclaration: (node) => node.async && report(node),
          FunctionExpression: (node) => node.async && report(node),
          ArrowFunctionExpression: (node) => node.async && report(node),
          AwaitExpression: report,
          ForOfStatement: (node) => node.await && report(node),
          ImportExpression: report,
        };
      },
    },
  },
};

/** Rules for every file. */
export const STRICTNESS: Deno.lint.Plugin = {
  name: "strictness",
  rules: {
    "no-any": {
      create: (context) => ({
        TSAnyKeyword: (node) => context.report({ node, message: "any: say the type, or unknown" }),
      }),
    },
    "no-non-null": {
      create: (context) => ({
        TSNonNullExpression: (node) => context.report({ node, message: "!: handle the missing value" }),
      }),
    },
    "no-switched-off-checks": {
      create: (context) => ({
        Program() {
          for (const comment of context.sourceCode.getAllComments()) {
            const found = BANNED_COMMENTS.exec(comment.value);
            if (found !== null) context.report({ range: comment.range, message: `${found[0]}: mend what it excuses` });
          }
        },
      }),
    },
  },
};

/** What a module keeps in a variable, one run or test hands to the next. */
export const NO_STATE: Deno.lint.Plugin = {
  name: "no-state",
  rules: {
    "no-module-variables": {
      create: (context) => ({
        Program({ body }) {
          for (const statement of body) {
            const node = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
            if (node?.type === "VariableDeclaration" && node.kind !== "const") {
              context.report({ node, message: `${node.kind} of a module: const, or within what needs it` });
            }
          }
        },
      }),
    },
  },
};

const MOST_FUNCTION_LINES = 60;

/** Rules for the product's code. */
export const SIZE: Deno.lint.Plugin = {
  name: "size",
  rules: {
    "short-functions": {
      create(context) {
        const measure = (node: Deno.lint.Node & { readonly range: Deno.lint.Range }) => {
          const lines = context.sourceCode.getText(node).split("\n").length;
          if (lines > MOST_FUNCTION_LINES) {
            context.report({ node, message: `a function of ${lines} lines, at most ${MOST_FUNCTION_LINES}` });
          }
        };
        return {
          FunctionDeclaration: measure,
          ArrowFunctionExpression: measure,
          // Methods, getters and constructors are each a name and a function expression.
          FunctionExpression: measure,
        };
      },
    },
  },
};

/** Applies rules to a source; one text for each violation: `path:line: message`. */
export function sourceViolations(plugin: Deno.lint.Plugin, path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, path, source).map(({ range, message }) => {
    const line = source.slice(0, range[0]).split("\n").length;
    return `${path}:${line}: ${message}`;
  });
}
