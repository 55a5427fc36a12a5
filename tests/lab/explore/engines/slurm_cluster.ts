/**
 * A Slurm of one node on this machine: its daemons in the foreground, with a
 * configuration, a key and a state of their own in a folder that goes with it.
 *
 * @module
 */

/** The daemons, and what they need to know of one another. */
export class SlurmCluster implements AsyncDisposable {
  /** Where everything of it lives, jobs included. */
  readonly folder: string = Deno.makeTempDirSync({ prefix: "slurm-" });
  readonly #daemons: Deno.ChildProcess[] = [];

  /** Starts one. */
  static async start(): Promise<SlurmCluster> {
    const cluster = new SlurmCluster();
    const { folder } = cluster;
    const path = (name: string) => `${folder}/${name}`;
    for (const name of ["state", "spool"]) Deno.mkdirSync(path(name));
    Deno.writeFileSync(path("key"), crypto.getRandomValues(new Uint8Array(128)), { mode: 0o600 });
    Deno.writeTextFileSync(path("slurm.conf"), configuration(folder, freePort(), freePort()));
    const munge = ["socket", "key-file=key", "log-file", "pid-file", "seed-file"]
      .map((each) => each.split("=")).map(([option = "", name = option]) => `--${option}=${path(name)}`);
    cluster.#start("munged", "--force", "--foreground", ...munge);
    await cluster.until("munged answers", () => isThere(path("socket")));
    cluster.#start("slurmctld", "-D");
    cluster.#start("slurmd", "-D", "-N", "localhost");
    await cluster.until("the node is idle", () => cluster.say("sinfo", "-h", "-o", "%T").trim() === "idle");
    return cluster;
  }

  /** What a command of Slurm prints. */
  say(command: string, ...args: string[]): string {
    const { stdout } = new Deno.Command(command, { args, env: this.#env, stderr: "null" }).outputSync();
    return new TextDecoder().decode(stdout);
  }

  /** Waits until something is so, for ten minutes at the most: a machine may have much else to do. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    for (let tries = 0; tries < 6000; tries++) {
      if (isSo()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`Slurm: ${what} is not so after ten minutes; queue:\n${this.say("squeue")}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.say("scancel", "--user=root", "--state=PENDING");
    for (const daemon of this.#daemons.toReversed()) {
      daemon.kill("SIGTERM");
      await daemon.status;
    }
    Deno.removeSync(this.folder, { recursive: true });
  }

  get #env() {
    return { SLURM_CONF: `${this.folder}/slurm.conf` };
  }

  #start(daemon: string, ...args: string[]): void {
    const command = new Deno.Command(`/usr/sbin/${daemon}`, { args, env: this.#env, stdout: "null", stderr: "null" });
    this.#daemons.push(command.spawn());
  }
}

function configuration(folder: string, controllerPort: number, nodePort: number): string {
  return `ClusterName=test
SlurmctldHost=localhost
SlurmctldPort=${controllerPort}
SlurmdPort=${nodePort}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${folder}/socket
CredType=cred/munge
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
SlurmdParameters=config_overrides
NodeName=localhost CPUs=2
PartitionName=all Nodes=localhost Default=YES State=UP
`;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
