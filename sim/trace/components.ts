/**
 * Who appears in every trace besides adapters and targets, which are called by
 * their own names: the one table of these names, which nobody else may bear.
 *
 * @module
 */

/** The components that a world has once, as traces call them. */
export const Components = {
  network: "network",
  host: "host",
  application: "application",
  iscsidsc: "iscsidsc",
  initiatorService: "initiator service",
  keyStore: "key store",
  wmi: "wmi",
  wmiTool: "WMI tool",
  portDriver: "port driver",
} as const;

/** The components that a world has for each adapter, by the adapter's name. */
export const AdapterComponents = {
  miniport: (adapter: string) => `miniport ${adapter}`,
  firmware: (adapter: string) => `${adapter} firmware`,
  flash: (adapter: string) => `${adapter} flash`,
} as const;
