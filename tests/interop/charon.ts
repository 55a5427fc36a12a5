/** A strongSwan daemon in a network namespace of its own, joined to another namespace for hbasim. */

const DAEMON = "/usr/lib/ipsec/charon";

export const OURS = "10.9.0.1";
export const THEIRS = "10.9.0.2";

function run(command: string, ...args: string[]): { readonly success: boolean; readonly text: string } {
  try {
    const { success, stdout, stderr } = new Deno.Command(command, { args }).outputSync();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    return { success, text };
  } catch (error) {
    return { success: false, text: error instanceof Error ? error.message : String(error) };
  }
}

/** Why the tests of this folder cannot run on this machine, or `undefined` if they can. */
export function missing(): string | undefined {
  if (Deno.uid() !== 0) return "not root";
  for (const tool of ["ip", "swanctl", "ike-scan", "psk-crack", "unshare"]) {
    if (!run("which", tool).success) return `${tool} is not installed`;
  }
  try {
    Deno.statSync(DAEMON);
  } catch {
    return "strongSwan's charon is not installed";
  }
  const name = `probe${Deno.pid}`;
  const { success, text } = run("ip", "netns", "add", name);
  if (!success) return `no network namespaces: ${text.trim()}`;
  run("ip", "netns", "delete", name);
  return undefined;
}

/** What a connection of the daemon is like. */
export interface Connection {
  readonly aggressive: boolean;
  readonly proposals: string;
  readonly ourId: string;
  readonly key: string;
}

/** Two namespaces and a daemon. */
export class Charon {
  readonly directory: string = Deno.makeTempDirSync();
  readonly ours = `hba${Deno.pid}`;
  readonly theirs = `peer${Deno.pid}`;
  readonly #daemons: Deno.ChildProcess[] = [];

  constructor() {
    const must = (...args: string[]) => {
      const { success, text } = run("ip", ...args);
      if (!success) throw new Error(`ip ${args.join(" ")}: ${text}`);
    };
    const [near, far] = [`vh${Deno.pid}`, `vp${Deno.pid}`];
    for (const name of [this.ours, this.theirs]) must("netns", "add", name);
    must("link", "add", near, "type", "veth", "peer", "name", far);
    for (const [name, link, address] of [[this.ours, near, OURS], [this.theirs, far, THEIRS]] as const) {
      must("link", "set", link, "netns", name);
      must("-n", name, "address", "add", `${address}/24`, "dev", link);
      must("-n", name, "link", "set", link, "up");
      must("-n", name, "link", "set", "lo", "up");
    }
  }

  /**
   * Starts a daemon and loads the connection.
   *
   * @param side Whose namespace it lives in; ours, too, if two daemons are to talk to each other.
   */
  async start(connection: Connection, side: "theirs" | "ours" = "theirs"): Promise<void> {
    const vici = this.#vici(side);
    const [own, other] = side === "theirs" ? [THEIRS, OURS] : [OURS, THEIRS];
    const [ownId, otherId] = side === "theirs" ? [THEIRS, connection.ourId] : [connection.ourId, THEIRS];
    Deno.writeTextFileSync(
      `${this.directory}/${side}.conf`,
      `charon {
        load = random nonce aes des sha1 sha2 md5 hmac gmp openssl kernel-netlink socket-default vici
        i_dont_care_about_security_and_use_aggressive_mode_psk = yes
        filelog { log { path = ${this.#logFile(side)}
          flush_line = yes
          time_format = %s
          time_add_ms = yes
          default = 1
          ike = 2 } }
        plugins { vici { socket = unix://${vici} } }
      }`,
    );
    Deno.writeTextFileSync(
      `${this.directory}/${side}.swanctl`,
      `connections { hba {
          version = 1
          aggressive = ${connection.aggressive ? "yes" : "no"}
          proposals = ${connection.proposals}
          local_addrs = ${own}
          remote_addrs = ${other}
          local { auth = psk
            id = ${ownId} }
          remote { auth = psk
            id = ${otherId} }
      } }
      secrets { ike-1 { id-1 = ${otherId}
        secret = "${connection.key}" } }`,
    );
    const shell = `mount -t tmpfs tmpfs /run; STRONGSWAN_CONF=${this.directory}/${side}.conf exec ${DAEMON}`;
    this.#daemons.push(
      new Deno.Command("ip", {
        args: ["netns", "exec", this[side], "unshare", "-m", "sh", "-c", shell],
        stdout: "null",
        stderr: "null",
      }).spawn(),
    );
    const load = ["--load-all", "--file", `${this.directory}/${side}.swanctl`, "--uri", `unix://${vici}`];
    for (let attempt = 0; attempt < 50; attempt++) {
      if (run("swanctl", ...load).success) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("charon did not start");
  }

  /** Has the daemon begin; returns when it has succeeded or given up, or after some seconds. */
  initiate(side: "theirs" | "ours" = "theirs"): Promise<Deno.CommandOutput> {
    const uri = `unix://${this.#vici(side)}`;
    return new Deno.Command("timeout", {
      args: ["8", "swanctl", "--initiate", "--ike", "hba", "--timeout", "6", "--uri", uri],
    }).output();
  }

  /** Has the daemon end what it has established. */
  terminate(side: "theirs" | "ours" = "theirs"): Promise<Deno.CommandOutput> {
    const uri = `unix://${this.#vici(side)}`;
    return new Deno.Command("timeout", { args: ["8", "swanctl", "--terminate", "--ike", "hba", "--uri", uri] })
      .output();
  }

  /** Runs a command in our namespace. */
  near(...args: string[]): Promise<Deno.CommandOutput> {
    return new Deno.Command("ip", { args: ["netns", "exec", this.ours, ...args], env: { NO_COLOR: "1" } }).output();
  }

  /** Runs a command in the daemon's namespace. */
  far(...args: string[]): Promise<Deno.CommandOutput> {
    return new Deno.Command("ip", { args: ["netns", "exec", this.theirs, ...args] }).output();
  }

  /** All that the daemon says. */
  fullLog(side: "theirs" | "ours" = "theirs"): string {
    return Deno.readTextFileSync(this.#logFile(side));
  }

  /** What the daemon says of exchanges. */
  log(): string[] {
    const said =
      /\[(IKE|CFG)\].*(established|authentication|proposal|fail|invalid|mismatch|not found|retransmit|giving up)/i;
    return this.fullLog().split("\n").filter((line) => said.test(line)).map((line) => line.replace(/^.*?\d\d\[/, "["));
  }

  async stop(): Promise<void> {
    for (const name of [this.ours, this.theirs]) {
      for (const pid of run("ip", "netns", "pids", name).text.split("\n").filter(Boolean)) {
        if (run("cat", `/proc/${pid}/cmdline`).text.includes("charon")) run("kill", "-9", pid);
      }
    }
    for (const daemon of this.#daemons.splice(0)) await daemon.status;
  }

  #vici(side: "theirs" | "ours"): string {
    return `${this.directory}/${side}.vici`;
  }

  #logFile(side: "theirs" | "ours"): string {
    return `${this.directory}/${side}.log`;
  }

  async remove(): Promise<void> {
    await this.stop();
    for (const name of [this.ours, this.theirs]) run("ip", "netns", "delete", name);
    Deno.removeSync(this.directory, { recursive: true });
  }
}
