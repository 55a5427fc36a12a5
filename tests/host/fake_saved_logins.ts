/**
 * The logins that a fake adapter with nonvolatile memory has saved. ClearCache leaves them; each takes the room of a key.
 *
 * @module
 */

import {
  IsdscStatus,
  MailboxStatus,
  PERSISTENT_LOGIN_INFORMATION,
  PERSISTENT_LOGIN_NAME,
  PERSISTENT_LOGIN_REQUEST,
  type PersistentLoginRequest,
} from "../../firmware/manual/interface.ts";
import { hex } from "./adapter_model.ts";

type Saved = PersistentLoginRequest & { readonly number: number };

/** The saved logins of one adapter. */
export class FakeSavedLogins {
  #logins: readonly Saved[] = [];

  /** How many there are. */
  get size(): number {
    return this.#logins.length;
  }

  /** What they are, with their keys in hex. */
  get saved(): readonly { readonly portNumber: number; readonly targetName: string; readonly key: string }[] {
    return this.#logins.map(({ portNumber, targetName, key }) => ({
      portNumber,
      targetName: new TextDecoder().decode(targetName),
      key: hex(key),
    }));
  }

  /** SavePersistentLogin. */
  save(request: Uint8Array, hasRoom: boolean): readonly number[] {
    const value = PERSISTENT_LOGIN_REQUEST.decode(request.slice());
    const others = this.#logins.filter((each) => !isSame(each, value));
    if (!hasRoom && others.length === this.size) {
      return [MailboxStatus.commandError, IsdscStatus.COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA];
    }
    const number = 1 + Math.max(0, ...this.#logins.map((each) => each.number));
    this.#logins = [...others, { ...value, number }];
    return [MailboxStatus.commandComplete, IsdscStatus.SUCCESS];
  }

  /** RemovePersistentLogin. */
  remove(request: Uint8Array): readonly number[] {
    const wanted = PERSISTENT_LOGIN_NAME.decode(request);
    const left = this.#logins.filter((each) => !isSame(each, wanted));
    if (left.length === this.size) return [MailboxStatus.commandError, IsdscStatus.NOT_FOUND];
    this.#logins = left;
    return [MailboxStatus.commandComplete, IsdscStatus.SUCCESS];
  }

  /** GetPersistentLogin. */
  next(after: number, response: Uint8Array | undefined): readonly number[] {
    const found = this.#logins.find(({ number }) => number > after);
    if (found === undefined) return [MailboxStatus.commandComplete, 0, 0];
    const bytes = PERSISTENT_LOGIN_INFORMATION.encode({ ...found, session: 0 });
    response?.set(bytes);
    return [MailboxStatus.commandComplete, 0, bytes.length];
  }
}

type Named = Pick<PersistentLoginRequest, "portNumber" | "targetName">;

function isSame(one: Named, other: Named): boolean {
  return one.portNumber === other.portNumber && hex(one.targetName) === hex(other.targetName);
}
