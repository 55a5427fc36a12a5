/**
 * By which history each planted fault was found the last time. A hint, to save
 * time: where it no longer holds all histories are run, and the test says which
 * has found it.
 *
 * @module
 */

/** Numbers of histories by the fault's name. */
export const FOUND_AT: Readonly<Record<string, number>> = {
  "requests of a dead service are submitted again, and the next run does not wait for them": 461,
  "the store vouches for a cache while it changes": 78,
  "a cache of the service's own with volatile settings is kept, and their notes are not read": 4,
  "a setting for all leaves the name of an adapter that has missed it": 9,
  "a setting neither looks at the cache first nor asks for a key afterwards": 45,
  "a cache without a name is not looked at": 1,
  "a durable setting leaves the volatile one over it": 0,
  "an I/O error counts as an adapter that keeps no keys": 80,
  "a store that could not be written leaves the adapter with the new key": 27,
  "volatile settings outlive the run of the service": 2,
  "a setting that one adapter did not answer is not stored for the others": 1,
  "the answer comes before the record is durable": 0,
  "a key bears witness although another one may answer for it": 132,
  "the group key is replayed before the key that bears witness for it": 189,
  "tunnel addresses of an earlier run stay as they are": 6,
  "what an adapter is about to be given is not noted": 62,
  "a login takes it that its key is lost": 113,
  "a key that no login can bring is taken": 48,
  "a query tells of a key that is held for other adapters": 66,
  "what an adapter refuses for want of a port keeps its cache from being named": 17,
  "a name is as old on each adapter as on the first that had it": 24,
  "an adapter that did not answer a setting is taken for what it was": 78,
  "a setting for all locks the first adapter only": 73,
  "an adapter that arrives is synchronised without its lock": 18,
  "a setting that landed in an emptied cache is acknowledged": 8,
  "a login is saved without regard to the cache": 279,
  "what was being saved when the service died stays in the room of a key": 279,
  "an acknowledged login that was saved over is forgotten": 7,
  "a save that fails forgets the login that it has replaced": 223,
  "a login for any port is forgotten with those for single ports": 31,
  "a save in vain forgets the login for any port with one for a single port, or the other way round": 23,
  "a setting that is made once more is believed": 71,
  "a setting that has waited for room takes that of a login which was saved meanwhile": 46,
  "who has waited for room in an earlier run comes by its age": 126,
  "who waits for room is stored with a name that vouches for the cache, or not at all": 46,
  "a cache that could not be cleared counts as one that was": 22,
  "a name counts of a cache that could not be cleared": 22,
  "a key that another tool displaces waits for room": 51,
  "without ClearCache a new key has the room of one that it displaces": 19,
  "what an adapter refuses for want of a port has a claim to room by its age": 99,
  "a login waits for the reset of another adapter": 4,
};
