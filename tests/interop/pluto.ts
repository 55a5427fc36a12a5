/** libreswan's daemon in the peer's namespace, unpacked into a folder because its packages and strongSwan's conflict. */

import { Daemon } from "./daemon.ts";
import type { Namespaces } from "./namespaces.ts";
import type { Connection, Peer, PeerKind, Word } from "./peer.ts";
import { run, sleep, until } from "./processes.ts";

/** Where `.ci/libreswan` unpacks it; the environment variable names another folder. */
const FOLDER = Deno.env.get("HBASIM_LIBRESWAN") ?? "/var/lib/hbasim-peers/libreswan";
const TOOLS = `${FOLDER}/usr/libexec/ipsec`;
const LIBRARIES = `${FOLDER}/usr/lib/${Deno.build.arch}-linux-gnu`;

function missing(): string | undefined {
  for (const file of [`${TOOLS}/pluto`, `${TOOLS}/whack`, `${FOLDER}/usr/bin/certutil`]) {
    try {
      Deno.statSync(file);
    } catch {
      return `libreswan is not unpacked in ${FOLDER}: see .ci/libreswan`;
    }
  }
  return undefined;
}

/** pluto's names of algorithms, and those of a suite. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  "3DES_CBC_192": "3des",
  AES_CBC_128: "aes128",
  AES_CBC_192: "aes192",
  AES_CBC_256: "aes256",
  HMAC_MD5: "md5",
  HMAC_SHA1: "sha1",
  HMAC_SHA2_256: "sha256",
  HMAC_SHA2_384: "sha384",
  HMAC_SHA2_512: "sha512",
};

/** pluto's names of groups that have another in suites. */
const GROUPS: Readonly<Record<string, string>> = { ecp256: "dh19", ecp384: "dh20", ecp521: "dh21", curve25519: "dh31" };

function suiteGroup(group: string): string {
  const name = group.toLowerCase();
  return Object.entries(GROUPS).find(([, own]) => own === name)?.[0] ?? name;
}

class Pluto implements Peer {
  readonly name = "libreswan";
  readonly directory: string;
  readonly #daemon: Daemon;

  constructor(namespaces: Namespaces, directory: string) {
    this.#daemon = new Daemon(namespaces.theirs, `${directory}/log`);
    this.directory = directory;
  }

  async start(connection: Connection): Promise<void> {
    const { ends, aggressive, suite, ourId, theirId = ends.theirs, key, forceEncapsulation, fragments } = connection;
    const { directory } = this;
    Deno.mkdirSync(`${directory}/nss`, { recursive: true });
    this.#must(`${FOLDER}/usr/bin/certutil`, "-N", "-d", `sql:${directory}/nss`, "--empty-password");
    Deno.writeTextFileSync(`${directory}/ipsec.conf`, "config setup\n  ikev1-policy=accept\n");
    Deno.writeTextFileSync(`${directory}/ipsec.secrets`, `: PSK "${key}"\n`);
    const files = ["--config", `${directory}/ipsec.conf`, "--secretsfile", `${directory}/ipsec.secrets`];
    const folders = ["--nssdir", `${directory}/nss`, "--rundir", directory];
    const program = [
      `${TOOLS}/pluto`,
      "--nofork",
      "--logfile",
      `${directory}/log`,
      "--no-dnssec",
      ...files,
      ...folders,
    ];
    this.#daemon.start(
      // It starts a helper by a path that is compiled in.
      "mount -t tmpfs tmpfs /usr/libexec && mkdir /usr/libexec/ipsec",
      `mount --bind ${TOOLS} /usr/libexec/ipsec`,
      `LD_LIBRARY_PATH=${LIBRARIES} exec ${program.join(" ")}`,
    );
    for (let attempt = 0; attempt < 100 && !this.#whack("--status").success; attempt++) await sleep(50);
    const [cipher = "", hash = "", group = ""] = suite.split("-");
    const hashName = hash.replace("sha256", "sha2_256").replace("sha512", "sha2_512").replace("sha384", "sha2_384");
    const family = ends.ours.includes(":") ? ["--ipv6"] : [];
    const named = (id: string) => /^[0-9a-f.:]+$/.test(id) ? id : `@${id}`;
    const added = this.#whack(
      ...["--name", "hba", ...family, "--ikev1", ...(aggressive ? ["--aggressive"] : []), "--psk", "--encrypt"],
      ...["--ike", `${cipher}-${hashName};${GROUPS[group] ?? group}`, "--retransmit-interval", "1000"],
      fragments === true ? "--ikefrag-force" : "--ikefrag-allow",
      ...["--encaps", forceEncapsulation === true ? "yes" : "auto"],
      ...["--host", ends.theirs, "--id", named(theirId), "--to", "--host", ends.ours, "--id", named(ourId)],
    );
    // It says of fragments only there that it sends them.
    if (fragments === true) this.#whack("--debug", "base");
    const listens = this.#whack("--listen");
    if (!added.success || !listens.success) throw new Error(`pluto did not start: ${added.text}${this.log()}`);
  }

  async initiate(): Promise<void> {
    const before = this.established().length;
    this.#whack("--asynchronous", "--initiate", "--name", "hba");
    await until(() => this.established().length > before, 8000);
  }

  /** From the log: an association is told by its number, `"hba" #1:`. */
  established(): readonly Word[] {
    const lines = this.log().split("\n");
    return lines.flatMap((line): Word[] => {
      const said =
        /"hba"(?:\[\d+\] \S+)? #(\d+): .*IKE SA established \{auth=PRESHARED_KEY cipher=(\S+) integ=(\S+) group=(\S+)\}/
          .exec(line);
      if (said === null) return [];
      const [, number = "", cipher = "", hash = "", group = ""] = said;
      const own = lines.filter((each) => each.includes(` #${number}: `));
      const has = (word: string) => own.some((each) => each.includes(word));
      return [{
        mode: own.some((each) => /Aggressive Mode/i.test(each)) ? "aggressive" : "main",
        role: has("initiating IKEv1") ? "initiator" : "responder",
        identity: own.map((each) =>
          /Peer ID is \S+: '@?([^']*)'/.exec(each)
        ).findLast((match) => match !== null)?.[1] ??
          "nothing said",
        suite: [ALGORITHMS[cipher] ?? cipher, ALGORITHMS[hash] ?? hash, suiteGroup(group)].join("-"),
      }];
    });
  }

  alive(): readonly number[] {
    const { text } = this.#whack("--showstates");
    return [...text.matchAll(/#\d+: "hba"\S*:(\d+) STATE_(?:MAIN_[IR][34]|AGGR_[IR]2)/g)].map(([, port]) =>
      Number(port)
    );
  }

  cut(): number {
    return [...this.log().matchAll(/sending IKE fragment id '\d+', number '1'/g)].length;
  }

  deleted(): number {
    return [...this.log().matchAll(/received Delete SA payload: (?:self-)?deleting (?:ISAKMP|IKE) (?:State|SA)/gi)]
      .length;
  }

  log(): string {
    // Before that it says what it was built with.
    return this.#daemon.log().replace(/^[^]*?listening for IKE messages/, "");
  }

  async stop(): Promise<void> {
    if (!await this.#daemon.stop()) return;
    for (const left of ["pluto.pid", "pluto.ctl"]) run("rm", "-f", `${this.directory}/${left}`);
  }

  #command(...args: readonly string[]): { readonly command: string; readonly args: readonly string[] } {
    const whack = [`${TOOLS}/whack`, "--rundir", this.directory, ...args];
    return { command: "env", args: [`LD_LIBRARY_PATH=${LIBRARIES}`, ...whack] };
  }

  #whack(...words: readonly string[]): ReturnType<typeof run> {
    const { command, args } = this.#command(...words);
    return run(command, ...args);
  }

  #must(program: string, ...args: readonly string[]): void {
    const { success, text } = run("env", `LD_LIBRARY_PATH=${LIBRARIES}`, program, ...args);
    if (!success) throw new Error(`${program}: ${text}`);
  }
}

export const LIBRESWAN: PeerKind = {
  name: "libreswan",
  missing,
  create: (namespaces: Namespaces, directory: string) => new Pluto(namespaces, directory),
};
