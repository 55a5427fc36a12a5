/** The YAML language server that editors use, as a process that is spoken to over its standard streams (LSP 3.17). */

/** A message of JSON-RPC. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly items?: readonly { readonly section?: string }[] };
  readonly result?: unknown;
}

const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
const HEAD_END = "\r\n\r\n";

/** The kind (`CompletionItemKind.Class`) that it gives to all required fields of a mapping at once. */
const SNIPPET = 7;

/** What the server is told when it asks for settings: nothing of the network. */
const SETTINGS: Readonly<Record<string, unknown>> = {
  yaml: { completion: true, validate: false, hover: false, schemaStore: { enable: false }, format: { enable: false } },
};

/** A server that runs. */
export class LanguageServer implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #ended: Promise<void>;
  #asked = 0;
  #opened = 0;

  private constructor() {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "npm:yaml-language-server@1.25.0", "--stdio"],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#ended = this.#listen();
  }

  /** Starts one. */
  static async start(): Promise<LanguageServer> {
    const server = new LanguageServer();
    const capabilities = {
      workspace: { configuration: true },
      textDocument: { completion: { completionItem: { snippetSupport: true } } },
    };
    await server.#ask("initialize", { processId: null, rootUri: null, capabilities });
    await server.#tell("initialized", {});
    return server;
  }

  /**
   * What it offers at a place of a document.
   *
   * @param uri Where the document would stand.
   * @param text The document, in which `|` is the cursor.
   * @returns Words and values, each once, in order, without its snippets of several lines.
   */
  async completions(uri: string, text: string): Promise<readonly string[]> {
    const at = text.indexOf("|");
    const before = text.slice(0, at).split("\n");
    const document = { uri: `${uri}.${this.#opened++}.yaml` };
    const content = text.slice(0, at) + text.slice(at + 1);
    const textDocument = { ...document, languageId: "yaml", version: 1, text: content };
    await this.#tell("textDocument/didOpen", { textDocument });
    const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    const answer = await this.#ask("textDocument/completion", { textDocument: document, position });
    await this.#tell("textDocument/didClose", { textDocument: document });
    const { items } = answer as { readonly items: readonly { readonly label: string; readonly kind: number }[] };
    return [...new Set(items.flatMap(({ label, kind }) => kind === SNIPPET ? [] : [label]))].toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ask("shutdown", null);
    await this.#tell("exit", null);
    await this.#writer.close();
    await this.#ended;
    await this.#process.status;
  }

  async #ask(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#asked;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    await this.#send({ id, method, params });
    return await answer.promise;
  }

  #tell(method: string, params: unknown): Promise<void> {
    return this.#send({ method, params });
  }

  #send(message: object): Promise<void> {
    const body = encoder.encode(JSON.stringify({ jsonrpc: "2.0", ...message }));
    const head = encoder.encode(`Content-Length: ${body.length}${HEAD_END}`);
    return this.#writer.write(Uint8Array.of(...head, ...body));
  }

  async #listen(): Promise<void> {
    let held = new Uint8Array();
    for await (const chunk of this.#process.stdout) {
      held = Uint8Array.of(...held, ...chunk);
      for (;;) {
        // One byte a character, so that places in the text are places in the bytes.
        const text = String.fromCharCode(...held.subarray(0, 200));
        const [head, length] = /^(?:.*\r\n)*?Content-Length: (\d+)\r\n(?:.*\r\n)*?\r\n/.exec(text) ?? [];
        if (head === undefined || held.length < head.length + Number(length)) break;
        const end = head.length + Number(length);
        await this.#hear(JSON.parse(decoder.decode(held.subarray(head.length, end))));
        held = held.slice(end);
      }
    }
    for (const { reject } of this.#waiting.values()) reject(new Error("the language server has ended"));
  }

  /** An answer, or something that the server asks for. */
  async #hear({ id, method, params, result }: Message): Promise<void> {
    if (id === undefined) return;
    if (method === undefined) {
      this.#waiting.get(id)?.resolve(result);
      this.#waiting.delete(id);
      return;
    }
    const settings = (params?.items ?? []).map(({ section = "" }) => SETTINGS[section] ?? {});
    await this.#send({ id, result: method === "workspace/configuration" ? settings : null });
  }
}
