/** Two network namespaces, joined by a wire: one for hbasim, one for the peer. */

import { run } from "./processes.ts";

/** The addresses of the ends. */
export interface Ends {
  readonly ours: string;
  readonly theirs: string;
}

export const IPV4: Ends = { ours: "10.9.0.1", theirs: "10.9.0.2" };
export const IPV6: Ends = { ours: "fd09::1", theirs: "fd09::2" };

/** Why there can be no namespaces on this machine, or `undefined`. */
export function namespacesMissing(): string | undefined {
  if (Deno.build.os !== "linux") return "not Linux";
  if (Deno.uid() !== 0) return "not root";
  for (const tool of ["ip", "unshare"]) if (!run("which", tool).success) return `${tool} is not installed`;
  const name = `probe${crypto.randomUUID().slice(0, 8)}`;
  const { success, text } = run("ip", "netns", "add", name);
  if (!success) return `no network namespaces: ${text.trim()}`;
  run("ip", "netns", "delete", name);
  return undefined;
}

/** The two namespaces, for as long as a test lasts. */
export class Namespaces {
  readonly ours: string;
  readonly theirs: string;

  constructor() {
    // Test files may run at the same time, and in one process.
    const number = crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36) ?? "";
    this.ours = `hba${number}`;
    this.theirs = `peer${number}`;
    const must = (...args: string[]) => {
      const { success, text } = run("ip", ...args);
      if (!success) throw new Error(`ip ${args.join(" ")}: ${text}`);
    };
    const links = { ours: `vh${number}`, theirs: `vp${number}` };
    for (const name of [this.ours, this.theirs]) must("netns", "add", name);
    must("link", "add", links.ours, "type", "veth", "peer", "name", links.theirs);
    for (const side of ["ours", "theirs"] as const) {
      must("link", "set", links[side], "netns", this[side]);
      for (const link of [links[side], "lo"]) must("-n", this[side], "link", "set", link, "up");
      must("-n", this[side], "address", "add", `${IPV4[side]}/24`, "dev", links[side]);
      must("-n", this[side], "address", "add", `${IPV6[side]}/64`, "dev", links[side], "nodad");
    }
  }

  remove(): void {
    for (const name of [this.ours, this.theirs]) run("ip", "netns", "delete", name);
  }
}
