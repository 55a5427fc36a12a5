/// <reference lib="deno.unstable" />

/**
 * Rules about sources, as a lint plugin: what makes a simulation depend on
 * anything but its seed, and what the type checker can be talked out of.
 */

/** Methods whose result depends on the locale. */
const BANNED_METHODS = /^(toLocale\w*|localeCompare)$/;

/** What packages draw from the machine's entropy unless they are given bytes to make it of. */
const DRAWN = /^(randomBytes|randomSecretKey|randomPrivateKey|keygen|getRandomValues)$/;

/** Comments that switch checks off, or put work off. */
const BANNED_COMMENTS = /@ts-(ignore|expect-error|nocheck)|(deno|eslint)-(lint-)?(ignore|disable)|\b(TODO|FIXME|XXX)\b/;

/** Rules for code that runs in simulated time, besides those about globals (`globals.ts`). */
export const DETERMINISM: Deno.lint.Plugin = {
  name: "determinism",
  rules: {
    "no-locale": {
      create: (context) => ({
        MemberExpression(node) {
          const { property } = node;
          if (property.type === "Identifier" && !node.computed && BANNED_METHODS.test(property.name)) {
            context.report({ node, message: `${property.name}: use the same text in every locale` });
          }
        },
      }),
    },
    "no-entropy": {
      create: (context) => ({
        ImportSpecifier(node) {
          const { imported } = node;
          if (imported.type === "Identifier" && imported.name === "randomBytes") {
            context.report({ node, message: "randomBytes: draw from a stream of the world's seed" });
          }
        },
        CallExpression({ callee, arguments: given }) {
          if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier" || given.length > 0) return;
          const { name } = callee.property;
          if (DRAWN.test(name)) {
            context.report({ node: callee, message: `${name}(): draw from a stream of the world's seed` });
          }
        },
      }),
    },
    // Math.pow is no global that is let pass: engines round powers differently, but for those of whole numbers.
    "no-inexact-power": {
      create: (context) => ({
        BinaryExpression(node) {
          if (node.operator !== "**") return;
          const { left, right } = node;
          const isBig = left.type === "CallExpression" && left.callee.type === "Identifier" &&
            left.callee.name === "BigInt";
          const isWhole = isBig ||
            (left.type === "Literal" && (typeof left.value === "bigint" || Number.isInteger(left.value)));
          const isFraction = right.type === "Literal" && typeof right.value === "number" && right.value % 1 !== 0;
          if (!isWhole || isFraction) {
            context.report({ node, message: "**: a whole number to a whole power, others are not exact everywhere" });
          }
        },
      }),
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

/** What a module keeps in a variable, or a class in a field of its own, one run or test hands to the next. */
export const NO_STATE: Deno.lint.Plugin = {
  name: "no-state",
  rules: {
    "no-static-fields": {
      create: (context) => ({
        PropertyDefinition(node) {
          if (node.static && !node.readonly) {
            context.report({ node, message: "static field: readonly, or of what needs it" });
          }
        },
      }),
    },
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
