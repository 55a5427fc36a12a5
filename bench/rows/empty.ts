/** Nothing: what the runtime itself takes to start. */
export {};
