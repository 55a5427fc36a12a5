/**
 * The peer of rows about public keys: `node:crypto` of the runtime that runs this, Deno or Node.js.
 *
 * Each line of standard input asks for one sample, `generator MODP-NAME EXPONENT-BYTES` or `shared …`; the answer is
 * microseconds of CPU time of one exponentiation with an exponent of that length.
 */

import { Buffer } from "node:buffer";
import { createDiffieHellman, getDiffieHellman, randomBytes } from "node:crypto";
import process from "node:process";
import { createInterface } from "node:readline";

const SAMPLE_MICROSECONDS = 100_000;

function used() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Ends whose base is the generator or a peer's value; each has an exponent of its own. */
function works(what, name, exponentBytes) {
  const prime = getDiffieHellman(name).getPrime();
  const ends = Array.from({ length: 8 }, () => {
    const end = createDiffieHellman(prime, 2);
    const exponent = randomBytes(exponentBytes);
    exponent[exponentBytes - 1] |= 1;
    end.setPrivateKey(exponent);
    return end;
  });
  // Any value is as good as a peer's public one: what is measured is one exponentiation.
  const base = what === "generator" ? Buffer.from([2]) : randomBytes(prime.length - 1);
  return ends.map((end) => () => end.computeSecret(base));
}

const known = new Map();

function sample(line) {
  const [what, name, exponentBytes] = line.split(" ");
  if (!known.has(line)) known.set(line, works(what, name, Number(exponentBytes)));
  const list = known.get(line);
  for (const work of list) work();
  const begin = used();
  for (let count = 0;; count += list.length) {
    const passed = used() - begin;
    if (passed > SAMPLE_MICROSECONDS) return passed / count;
    for (const work of list) work();
  }
}

for await (const line of createInterface({ input: process.stdin })) console.log(sample(line));
