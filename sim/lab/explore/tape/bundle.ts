/**
 * Bundles: a run as bytes, to be kept, sent and run again. Equal runs have
 * equal bytes, and the name of a file with them follows from the bytes.
 *
 * Bytes are CBOR (RFC 8949), as `trace/cbor_file.ts` has it: the run in bytes of
 * its own, and their SHA-256, so that damage is noticed wherever it is. The
 * scenario is in them as text: whoever may not see its keys may not have the
 * bundle.
 *
 * @module
 */

import { equalBytes } from "@noble/ciphers/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { quoted } from "../../../kernel/given.ts";
import {
  decodeItem,
  decodeVersion,
  encodeFile,
  encodeItem,
  FileFormatError,
  isEncodedFile,
} from "../../../trace/cbor_file.ts";
import { scenarioSchema } from "../../scenario/scenario_schema.ts";
import { bytes, dictionary, list, type Reader, record, text, whole } from "../../world/option_readers.ts";
import { VERSION as PRODUCT } from "../../world/version.ts";
import { decodeWorldImage, encodeWorldImage } from "../../world/world_image.ts";
import { WorldOptionsError } from "../../world/world_options_error.ts";
import type { Outcome } from "../execute.ts";
import { BLOCK_EVENTS, type EventHashes } from "./event_hashes.ts";
import type { ScenarioSource, Subject } from "./subject.ts";
import { readRecipe, readTape } from "./tape_reader.ts";

const FORMAT = "hbasim bundle";
/** Those of version 1, which were written before, have the run itself in place of its bytes with a checksum. */
const VERSIONS = [1, 2] as const;
const VERSION = 2;

/** A run, and what came of it. */
export interface Bundle {
  /** The run. */
  readonly subject: Subject;
  /** The version of the product that has executed it. */
  readonly product: string;
  /** The digest of the JSON Schema of scenarios that it knew, 64 hex digits. */
  readonly schema: string;
  /** The digest of its trace, 64 hex digits. */
  readonly digest: string;
  /** Short hashes of its trace on its way. */
  readonly hashes: EventHashes;
  /** What its first failure is called; absent if it has none. */
  readonly signature?: string;
}

/** The bundle of a run that came to its end. Its tape is what was taken: what was not reached is left out. */
export function bundleOf(
  subject: Subject,
  { tape, digest, hashes, signature }: Pick<Outcome, "tape" | "digest" | "hashes" | "signature">,
): Bundle {
  return {
    subject: { ...subject, tape },
    product: PRODUCT,
    schema: schemaDigest(),
    digest,
    hashes,
    ...(signature === undefined ? {} : { signature }),
  };
}

/** The digest of the JSON Schema of scenarios, 64 hex digits. */
function schemaDigest(): string {
  return bytesToHex(sha256(new TextEncoder().encode(JSON.stringify(scenarioSchema()))));
}

/** Writes a bundle. */
export function encodeBundle({ subject, product, schema, digest, hashes, signature }: Bundle): Uint8Array {
  const { scenario: { file, source, case: name, set, files = {}, seed, image }, tape = [], recipe = [], mostEvents } =
    subject;
  const run = encodeItem({
    product,
    schema,
    file,
    source,
    ...(name === undefined ? {} : { case: name }),
    set: Object.entries(set ?? {}).toSorted(([a], [b]) => a < b ? -1 : 1),
    ...(Object.keys(files).length === 0 ? {} : { files }),
    ...(seed === undefined ? {} : { seed }),
    ...(image === undefined ? {} : { image: encodeWorldImage(image) }),
    tape: readTape(tape, "tape"),
    recipe: readRecipe(recipe, "recipe"),
    ...(mostEvents === undefined ? {} : { mostEvents }),
    digest,
    blocks: hashes.blocks,
    bytes: hashes.bytes,
    ...(signature === undefined ? {} : { signature }),
  });
  return encodeFile(FORMAT, VERSION, { sum: sha256(run), run });
}

/** The name of a bundle's file: `0f3c….bundle`, of 32 hex digits of the SHA-256 of its bytes. */
export function bundleName(bundle: Uint8Array): string {
  return `${bytesToHex(sha256(bundle)).slice(0, 32)}.bundle`;
}

/** Whether bytes are those of a bundle, sound or not. */
export function isBundle(content: Uint8Array): boolean {
  return isEncodedFile(content) && new TextDecoder().decode(content.subarray(0, 64)).includes(FORMAT);
}

/**
 * Reads a bundle.
 *
 * @throws {FileFormatError} It is none, damaged, of another version of the format or of the product.
 */
export function decodeBundle(content: Uint8Array): Bundle {
  const { version, content: held } = decodeVersion(FORMAT, VERSIONS, content);
  try {
    const run = version === 1 ? held : undamaged(readSummed(held, ""));
    refuseOtherProduct(run);
    return contentOf(readContent(run, ""));
  } catch (error) {
    if (!(error instanceof WorldOptionsError)) throw error;
    throw new FileFormatError(FORMAT, `${error.path}: ${error.given}, expected ${error.accepted}`);
  }
}

/** A run as bytes, with their SHA-256. */
interface Summed {
  readonly sum: Uint8Array;
  readonly run: Uint8Array;
}

function undamaged({ sum, run }: Summed): unknown {
  if (!equalBytes(sha256(run), Uint8Array.from(sum))) {
    throw new FileFormatError(FORMAT, "it is damaged: its bytes do not have the SHA-256 that they had");
  }
  return decodeItem(FORMAT, run);
}

/** Before anything else is looked at: another version has another form. */
function refuseOtherProduct(file: unknown): void {
  const product: unknown = typeof file === "object" && file !== null && "product" in file ? file.product : undefined;
  if (product === PRODUCT || typeof product !== "string") return;
  throw new FileFormatError(FORMAT, `it was made by hbasim ${quoted(product)}, this is ${PRODUCT}: runs differ`);
}

interface Content {
  readonly product: string;
  readonly schema: string;
  readonly file: string;
  readonly source: string;
  readonly case?: string;
  readonly set: readonly (readonly string[])[];
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly seed?: string;
  readonly image?: Uint8Array;
  readonly tape: NonNullable<Subject["tape"]>;
  readonly recipe: NonNullable<Subject["recipe"]>;
  readonly mostEvents?: number;
  readonly digest: string;
  readonly blocks: readonly number[];
  readonly bytes: Uint8Array;
  readonly signature?: string;
}

const must = <T>(required: Reader<T>) => ({ required });

const DIGEST: Reader<string> = (value, path) => {
  if (typeof value === "string" && /^[0-9a-f]{64}$/.test(value)) return value;
  throw new WorldOptionsError(path, "something else", "64 hex digits");
};

const readSummed: Reader<Summed> = record<Summed>({ sum: must(bytes(32, 32)), run: must(bytes(0, Infinity)) });

const readContent: Reader<Content> = record<Content>({
  product: must(text),
  schema: must(DIGEST),
  file: must(text),
  source: must(text),
  case: text,
  set: must(list(list(text, 2, 2), 0)),
  files: dictionary(bytes(0, Infinity)),
  seed: text,
  image: bytes(0, Infinity),
  tape: must(readTape),
  recipe: must(readRecipe),
  mostEvents: whole(1, Number.MAX_SAFE_INTEGER),
  digest: must(DIGEST),
  blocks: must(list(whole(0, 2 ** 32 - 1), 0)),
  bytes: must(bytes(0, Infinity)),
  signature: text,
});

function contentOf(content: Content): Bundle {
  const { product, schema, digest, blocks, bytes, signature, tape, recipe, mostEvents, image } = content;
  if (blocks.length !== Math.floor(bytes.length / BLOCK_EVENTS)) {
    throw new FileFormatError(FORMAT, `it has hashes of ${bytes.length} events, and of ${blocks.length} times 64`);
  }
  const { file, source, case: name, set, files, seed } = content;
  const scenario: ScenarioSource = {
    file,
    source,
    ...(name === undefined ? {} : { case: name }),
    ...(set.length === 0 ? {} : { set: Object.fromEntries(set) }),
    ...(files === undefined ? {} : { files }),
    ...(seed === undefined ? {} : { seed }),
    ...(image === undefined ? {} : { image: decodeWorldImage(image) }),
  };
  return {
    subject: { scenario, tape, recipe, ...(mostEvents === undefined ? {} : { mostEvents }) },
    product,
    schema,
    digest,
    hashes: { blocks, bytes: Uint8Array.from(bytes) },
    ...(signature === undefined ? {} : { signature }),
  };
}

/** Whether scenarios are still written as when the bundle was made: why one might not be understood any more. */
export function knowsSchema({ schema }: Bundle): boolean {
  return schema === schemaDigest();
}
