/**
 * The address: it has all of the playground at any time, and whoever writes
 * another goes there.
 *
 * @module
 */

import { useEffect, useRef } from "preact/hooks";
import { type Address, addressOf, plainAddressOf, readAddress } from "./address.ts";
import { isOld, type Playground, type PlaygroundState } from "./state.ts";

/** How often the address is changed at the most: browsers refuse more than some in half a minute. */
const ADDRESS_MILLISECONDS = 500;

/** Keeps all in the address, and goes where somebody writes another; gives what shares it. */
export function useAddress(playground: Playground, first: Address, event: number): () => Promise<string> {
  const { draft, shown } = playground.state;
  const own = useRef("");
  /** The text in the address, or that with which all began. */
  const inAddress = useRef(draft.source);
  const isTouched = useRef(first.type === "shared");
  const at = momentIn(playground.state, event);
  const write = async () => {
    const fragment = await addressOf(draft, at);
    own.current = fragment;
    history.replaceState(null, "", fragment);
    inAddress.current = draft.source;
    return location.href;
  };
  useEffect(() => {
    if (first.type === "problem") playground.report(first.problem);
    if (first.type === "shared") playground.load(first.shared, { moment: first.moment });
  }, []);
  const { source, case: name, tape, recipe } = draft;
  const begun = useRef(source);
  useEffect(() => {
    // What nobody has touched needs no address of its own; and one that does not decode stays to be looked at.
    isTouched.current ||= source !== begun.current || shown !== undefined;
    if (!isTouched.current) return undefined;
    const timer = setTimeout(() => void write(), ADDRESS_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [source, name, tape, recipe, at]);
  useEffect(() => {
    // Nothing waits for a page that ends, nor is it drawn again for what was typed last.
    const leave = () => {
      const { draft: last } = playground.state;
      if (last.source !== inAddress.current) {
        history.replaceState(null, "", plainAddressOf(last, momentIn(playground.state, event)));
      }
    };
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  });
  useEffect(() => {
    const hear = async () => {
      if (location.hash === own.current || location.hash === "") return;
      const address = await readAddress(location.hash);
      if (address.type === "problem") playground.report(address.problem);
      if (address.type === "shared") playground.load(address.shared, { moment: address.moment });
    };
    const listen = () => void hear();
    addEventListener("hashchange", listen);
    return () => removeEventListener("hashchange", listen);
  });
  return write;
}

/** The moment that is selected, if it is one of what is written: the run of a text before has others. */
function momentIn(state: PlaygroundState, event: number): string {
  const { shown } = state;
  return shown === undefined || isOld(state) || event >= shown.run.length ? "" : shown.run.coordinate(event);
}
