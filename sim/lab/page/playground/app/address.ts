/**
 * All of a playground in its address: the scenario, which case of it, where
 * the run deviates, and the moment.
 *
 * `#s=…&at=c12.s3`: behind `s` JSON, deflated (RFC 1950, which has a checksum),
 * in base64 for addresses (RFC 4648 §5). Nothing of it is ever sent to a server.
 *
 * @module
 */

/** What an address holds. */
export interface Shared {
  /** What the scenario's file is called. */
  readonly file: string;
  readonly source: string;
  /** Which case; empty if there is one alone. */
  readonly case: string;
  /** Where the run deviates: not looked at here. */
  readonly tape: readonly unknown[];
  readonly recipe: readonly unknown[];
}

/** What an address says. */
export type Address =
  | { readonly type: "none" }
  | { readonly type: "shared"; readonly shared: Shared; readonly moment: string }
  | { readonly type: "problem"; readonly problem: string };

/** The version of the form that is written here; addresses without one are of this. */
const VERSION = 1;
/** More than this is no scenario of a person. */
const MOST_BYTES = 1024 * 1024;

/** Writes the fragment of an address. */
export async function addressOf(shared: Shared, moment = ""): Promise<string> {
  const stream = new Blob([contentOf(shared)]).stream().pipeThrough(new CompressionStream("deflate"));
  return fragmentOf(new Uint8Array(await new Response(stream).arrayBuffer()), moment);
}

/** The same at once, for a page that ends; longer, because the scenario is in it as it is. */
export function plainAddressOf(shared: Shared, moment: string): string {
  return fragmentOf(stored(contentOf(shared)), moment);
}

function contentOf({ file, source, case: name, tape, recipe }: Shared): Uint8Array<ArrayBuffer> {
  const content = {
    v: VERSION,
    f: file,
    s: source,
    ...(name === "" ? {} : { c: name }),
    ...(tape.length === 0 ? {} : { t: tape }),
    ...(recipe.length === 0 ? {} : { r: recipe }),
  };
  return new TextEncoder().encode(JSON.stringify(content));
}

function fragmentOf(bytes: Uint8Array, moment: string): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  const packed = btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `#s=${packed}${moment === "" ? "" : `&at=${moment}`}`;
}

/** As many bytes as a block that is not compressed has at the most (RFC 1951 §3.2.4). */
const MOST_STORED = 0xffff;

/** Bytes in the form of RFC 1950, not compressed. */
function stored(bytes: Uint8Array): Uint8Array {
  const parts: number[] = [0x78, 0x01];
  for (let at = 0; at < bytes.length; at += MOST_STORED) {
    const block = bytes.subarray(at, at + MOST_STORED);
    const { length } = block;
    parts.push(at + length === bytes.length ? 1 : 0, length & 255, length >> 8, ~length & 255, ~length >> 8 & 255);
    for (const byte of block) parts.push(byte);
  }
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return new Uint8Array([...parts, b >> 8, b & 255, a >> 8, a & 255]);
}

/** Reads the fragment of an address. */
export async function readAddress(fragment: string): Promise<Address> {
  if (/^#?$/.test(fragment)) return { type: "none" };
  const [, packed, moment = ""] = /^#s=([^&]*)(?:&at=([^&]*))?$/.exec(fragment) ?? [];
  try {
    if (packed === undefined) throw new Error(`it is "${shortened(fragment)}", expected #s= and a scenario`);
    return { type: "shared", shared: sharedOf(await inflated(packed)), moment };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { type: "problem", problem: `The address does not decode: ${why}. What you typed is still in the editor.` };
  }
}

async function inflated(packed: string): Promise<string> {
  const wrong = /[^A-Za-z0-9_-]/.exec(packed);
  if (wrong !== null) throw new Error(`character ${wrong.index + 1} of the scenario is "${wrong[0]}", expected base64`);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = Uint8Array.from(atob(packed.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
  } catch {
    throw new Error("it ends inside the scenario");
  }
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parts.push(part.value);
      length += part.value.length;
      if (length > MOST_BYTES) break;
    }
  } catch (error) {
    const isCut = error instanceof Error && /truncat|end/i.test(error.message);
    throw new Error(isCut ? "it ends inside the scenario" : "the scenario in it is damaged");
  }
  if (length > MOST_BYTES) throw new Error(`the scenario in it is longer than ${MOST_BYTES} bytes`);
  return await new Blob(parts).text();
}

function sharedOf(text: string): Shared {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error("what is in it is no JSON");
  }
  const { v = VERSION, f, s, c = "", t = [], r = [] } = typeof content === "object" && content !== null
    ? content as Readonly<Record<string, unknown>>
    : {};
  if (v !== VERSION) throw new Error(`it is of version ${shortened(JSON.stringify(v))}, this page reads ${VERSION}`);
  if (typeof f !== "string" || typeof s !== "string" || typeof c !== "string") {
    throw new Error("it holds no scenario: expected its file and its text");
  }
  if (!Array.isArray(t) || !Array.isArray(r)) throw new Error("its deviations are no lists");
  return { file: f, source: s, case: c, tape: t, recipe: r };
}

function shortened(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}
