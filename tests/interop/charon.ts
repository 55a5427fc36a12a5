/** strongSwan's daemon in the peer's namespace. */

import { Daemon } from "./daemon.ts";
import type { Namespaces } from "./namespaces.ts";
import type { Connection, Peer, PeerKind, Word } from "./peer.ts";
import { run, sleep } from "./processes.ts";

const PROGRAM = "/usr/lib/ipsec/charon";

function missing(): string | undefined {
  if (!run("which", "swanctl").success) return "swanctl is not installed";
  try {
    Deno.statSync(PROGRAM);
  } catch {
    return "strongSwan's charon is not installed";
  }
  return undefined;
}

/** charon's names of algorithms, and those of a suite. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  "3DES_CBC": "3des",
  AES_CBC_128: "aes128",
  AES_CBC_192: "aes192",
  AES_CBC_256: "aes256",
  HMAC_MD5_96: "md5",
  HMAC_SHA1_96: "sha1",
  HMAC_SHA2_256_128: "sha256",
  HMAC_SHA2_384_192: "sha384",
  HMAC_SHA2_512_256: "sha512",
};

export class Charon implements Peer {
  readonly name = "strongSwan";
  readonly directory: string;
  readonly #side: "ours" | "theirs";
  readonly #daemon: Daemon;

  /** @param side Whose namespace it lives in: ours, if two daemons are to talk to each other. */
  constructor(namespaces: Namespaces, directory: string, side: "ours" | "theirs" = "theirs") {
    this.#daemon = new Daemon(namespaces[side], `${directory}/log`);
    this.#side = side;
    this.directory = directory;
  }

  async start(
    { ends, aggressive, suite, ourId, theirId, key, forceEncapsulation, fragments }: Connection,
  ): Promise<void> {
    const ours = { address: ends.ours, id: ourId };
    const theirs = { address: ends.theirs, id: theirId ?? ends.theirs };
    const [near, far] = this.#side === "theirs" ? [theirs, ours] : [ours, theirs];
    Deno.writeTextFileSync(
      `${this.directory}/charon.conf`,
      `charon {
        load = random nonce aes des sha1 sha2 md5 hmac gmp openssl kernel-netlink socket-default vici
        ${fragments === true ? "fragment_size = 300" : ""}
        i_dont_care_about_security_and_use_aggressive_mode_psk = yes
        filelog { log { path = ${this.directory}/log
          flush_line = yes
          time_format = %s
          time_add_ms = yes
          default = 1
          ike = 2 } }
        plugins { vici { socket = ${this.#vici} } }
      }`,
    );
    Deno.writeTextFileSync(
      `${this.directory}/swanctl.conf`,
      `connections { hba {
          version = 1
          aggressive = ${aggressive ? "yes" : "no"}
          proposals = ${suite}
          local_addrs = ${near.address}
          remote_addrs = ${far.address}
          encap = ${forceEncapsulation === true ? "yes" : "no"}
          fragmentation = ${fragments === true ? "force" : "yes"}
          local { auth = psk
            id = ${near.id} }
          remote { auth = psk
            id = ${far.id} }
      } }
      secrets { ike-1 { id-1 = ${far.id}
        id-2 = ${far.address}
        secret = "${key}" } }`,
    );
    this.#daemon.start(`STRONGSWAN_CONF=${this.directory}/charon.conf exec ${PROGRAM}`);
    const load = ["--load-all", "--file", `${this.directory}/swanctl.conf`, "--uri", this.#vici];
    for (let attempt = 0; attempt < 100; attempt++) {
      if (run("swanctl", ...load).success) return;
      await sleep(50);
    }
    throw new Error(`charon did not start: ${this.log()}`);
  }

  async initiate(): Promise<void> {
    const initiate = ["swanctl", "--initiate", "--ike", "hba", "--timeout", "8", "--uri", this.#vici];
    await new Deno.Command("timeout", { args: ["10", ...initiate], stdout: "null", stderr: "null" }).output();
  }

  /** Has the daemon end what it has established. */
  async terminate(): Promise<void> {
    const terminate = ["swanctl", "--terminate", "--ike", "hba", "--uri", this.#vici];
    await new Deno.Command("timeout", { args: ["8", ...terminate], stdout: "null", stderr: "null" }).output();
  }

  /** From the log: an exchange is told by its number, `<hba|1>` or `hba[1]`. */
  established(): readonly Word[] {
    const lines = this.log().split("\n");
    return lines.flatMap((line, index): Word[] => {
      const said = /IKE_SA hba\[(\d+)\] established between \S+\[(?:\S+)\]\.\.\.(\S+)\[(.+)\]/.exec(line);
      if (said === null) return [];
      const before = lines.slice(0, index);
      const last = (pattern: RegExp) =>
        before.map((each) => pattern.exec(each)).findLast((match) => match !== null)?.[1] ?? "nothing said";
      const isInitiator = before.some((each) => each.includes(`initiating`) && each.includes(`IKE_SA hba[${said[1]}]`));
      const message = isInitiator ? "generating" : "parsed";
      return [{
        mode: last(new RegExp(`${message} (ID_PROT|AGGRESSIVE) request`)) === "AGGRESSIVE" ? "aggressive" : "main",
        role: isInitiator ? "initiator" : "responder",
        identity: said[3] ?? "",
        suite: suiteOf(last(/selected proposal: IKE:(\S+)/)),
      }];
    });
  }

  alive(): readonly number[] {
    const { text } = run("swanctl", "--list-sas", "--uri", this.#vici);
    const established = text.matchAll(/^hba: #\d+, ESTABLISHED, IKEv1.*\n\s+local .*\n\s+remote .*\[(\d+)\]/gm);
    return [...established].map(([, port]) => Number(port));
  }

  cut(): number {
    return [...this.log().matchAll(/splitting IKE message \(\d+ bytes\) into \d+ fragments/g)].length;
  }

  deleted(): number {
    return [...this.log().matchAll(/received DELETE for IKE_SA hba\[\d+\]/g)].length;
  }

  log(): string {
    return this.#daemon.log();
  }

  async stop(): Promise<void> {
    await this.#daemon.stop();
  }

  get #vici(): string {
    return `unix://${this.directory}/vici`;
  }
}

/** `AES_CBC_128/HMAC_SHA1_96/PRF_HMAC_SHA1/MODP_1536` as a suite. */
function suiteOf(proposal: string): string {
  const [cipher = "", hash = "", , group = ""] = proposal.split("/");
  return [ALGORITHMS[cipher] ?? cipher, ALGORITHMS[hash] ?? hash, group.replace("_", "").toLowerCase()].join("-");
}

export const STRONGSWAN: PeerKind = {
  name: "strongSwan",
  missing,
  create: (namespaces: Namespaces, directory: string) => new Charon(namespaces, directory),
};
