/**
 * The wire: addresses, datagrams, and a network that delays, loses, doubles
 * and damages them as it is told.
 *
 * @example A link that loses everything, and one that does not
 * ```ts
 * import { Kernel, RandomStreams } from "@hba/sim/kernel";
 * import { Network, parseInternetAddress } from "@hba/sim/network";
 * import { Recorder } from "@hba/sim/trace";
 *
 * const kernel = new Kernel();
 * const network = new Network(kernel, new Recorder(kernel), new RandomStreams("1").stream("network"));
 * const here = { address: parseInternetAddress("192.0.2.10"), port: 500 };
 * const there = { address: parseInternetAddress("192.0.2.20"), port: 500 };
 * let arrived = 0;
 * network.attach(there.address, () => arrived++);
 * network.send({ source: here, destination: there, payload: Uint8Array.of(1) });
 * network.block(here.address, there.address);
 * network.send({ source: here, destination: there, payload: Uint8Array.of(2) });
 * kernel.run();
 * if (arrived !== 1 || network.captures.length !== 2) throw new Error("the block was not kept");
 * ```
 *
 * @module
 */

export * from "./datagram.ts";
export * from "./internet_address.ts";
export * from "./network.ts";
