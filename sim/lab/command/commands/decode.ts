/**
 * `hbasim decode`.
 *
 * @module
 */

import { hexToBytes } from "@noble/hashes/utils.js";
import { quoted } from "../../../kernel/given.ts";
import { InputError } from "../../../kernel/input_error.ts";
import { command, HOLDS } from "../command.ts";
import { FileFormatError } from "../../../trace/cbor_file.ts";
import { describeCapture, isCapture } from "../decode/capture_text.ts";
import { describeMessage } from "../../../../firmware/session/message_text.ts";
import { describeImage } from "../decode/image_text.ts";
import { captureJson, imageJson, messageJson, structureJson } from "../decode/json.ts";
import { describeStructure } from "../decode/structure_text.ts";
import { fitting, WIDE_OPTION } from "../fitting.ts";
import { decodedAs, readBytes } from "../input_files.ts";
import { print } from "../terminal.ts";

/** What a text in hexadecimal is made of: pairs of digits, with what people put between them. */
const HEX = /^(?:0x)?(?:[\s|:]*[0-9a-f]{2})*[\s|:]*$/i;

/** Prints what is in a file of bytes. */
export const decode = command({
  options: {
    structure: { value: "NAME", about: "FILE is this structure in hexadecimal: SetPresharedKeyForId_IN" },
    json: { about: "as one JSON document; type says what it is: image, capture, message, structure" },
    ...WIDE_OPTION,
  },
  notes: [
    "FILE is what run --image or --pcap has written, any pcapng, or a message of IKE in hexadecimal; - is standard input.",
    "Keys and passwords are shown as fingerprints, values in flash not at all.",
  ],
  examples: [
    "decode hba.image",
    "decode run.pcapng",
    "decode message1.hex",
    "decode --json run.pcapng",
    "decode --structure SetPresharedKeyForId_IN buffer.hex",
  ],
  run({ structure, json, wide }, [file, ...others]) {
    if (file === undefined || others.length > 0) throw new InputError("decode takes one file");
    const found = decoded(file, structure);
    const fit = fitting(wide);
    if (json === true) print(JSON.stringify(found.json(), undefined, 2));
    else for (const line of found.lines) print(fit(line));
    return HOLDS;
  },
});

/** What was found in a file. */
interface Decoded {
  /** For people. */
  readonly lines: readonly string[];
  /** For programs. */
  json(): object;
}

function decoded(file: string, structure: string | undefined): Decoded {
  const content = readBytes(file);
  const bytes = bytesInHex(content);
  if (structure !== undefined) {
    if (bytes !== undefined) {
      return { lines: describeStructure(structure, bytes), json: () => structureJson(structure, bytes) };
    }
    throw new InputError(`${quoted(file)} is not in hexadecimal; expected the bytes of a structure, two digits each`);
  }
  const told = (describe: (content: Uint8Array) => readonly string[]) => decodedAs(file, content, describe);
  if (isCapture(content)) return { lines: told(describeCapture), json: () => captureJson(content) };
  if (bytes === undefined) return { lines: told(describeOnlyImage), json: () => imageJson(content) };
  const { isMessage, lines } = describeMessage(bytes);
  if (isMessage) return { lines, json: () => messageJson(bytes) };
  throw new InputError(`${quoted(file)}: ${lines.join()}`);
}

function describeOnlyImage(content: Uint8Array): readonly string[] {
  try {
    return describeImage(content);
  } catch (error) {
    if (error instanceof FileFormatError) {
      throw new InputError(
        `${error.message}; nor is it pcapng or hexadecimal. The bare bytes of a part say nothing of its sectors: ` +
          "decode takes the file that run --image writes; in a program, describeRegion() takes bytes and sectors",
      );
    }
    throw error;
  }
}

/** The bytes that a text says; `undefined` if it is none in hexadecimal. */
function bytesInHex(content: Uint8Array): Uint8Array | undefined {
  const text = new TextDecoder().decode(content);
  return HEX.test(text) ? hexToBytes(text.replace(/^0x/i, "").replaceAll(/[\s|:]/g, "")) : undefined;
}
