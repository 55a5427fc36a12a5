/**
 * Sends a datagram, if one is given in hex, and prints the first that comes. Run within a namespace:
 * `deno run -A tests/interop/one_datagram.ts OUR_ADDRESS THEIR_ADDRESS [HEX]`
 */

import { createSocket } from "node:dgram";
import process from "node:process";

const [ours = "", theirs = "", hex] = Deno.args;
const socket = createSocket("udp4");
socket.on("message", (bytes) => {
  console.log(bytes.toString("hex"));
  process.exit(0);
});
socket.bind(500, ours, () => {
  if (hex !== undefined) socket.send(Uint8Array.fromHex(hex), 500, theirs);
  console.error("listens");
});
