/**
 * What no source states: every choice that this host makes by itself, in one place, with its reason. The code refers
 * to the constants here; what is a rule rather than a constant is described and named by the file that keeps it.
 *
 * **Shape against meaning.** The miniport refuses a request that is too short or has no room for its output; the
 * firmware judges values. An identifier or key that is longer than any adapter takes goes to the firmware cut to one
 * byte more than its limit, so that the order of checks stays the firmware's (`miniport/method_table.ts`).
 *
 * **In doubt, the key is old.** Before a key is changed on an adapter with nonvolatile memory the service durably
 * forgets the generational GUID, and it stores the new one together with the record when all is done. Whatever is
 * interrupted in between leaves no matching GUID, and the next synchronisation clears the cache and replays what was
 * acknowledged (`initiator_service/security_operations.ts`).
 *
 * **A call begins only from a known state.** Before each setting, query and login the service asks an adapter for its
 * GUID, or, if its cache has none, for a key that it took, and synchronises if that is not what it should be: another
 * tool may have cleared the cache. A real service compares GUIDs when it starts, as far as Microsoft's pages say;
 * nothing is published of later (`initiator_service/synchronization.ts`).
 *
 * **Room is proven before it is promised.** No method asks how much there is, and an adapter grants what is free: in a
 * cache that was cleared or reset under a call that is the room of what comes back. So a setting is acknowledged only
 * when the cache still bears its name after it, or witnesses tell that all is there; if not, the cache is filled and
 * the setting made again, three times at the most. An adapter that has been filled in vain so often that it is left
 * alone is believed (`initiator_service/security_operations.ts`).
 *
 * **Naming is blind.** SetGenerationalGuid cannot be made to depend on the name that was there, so another tool's
 * ClearCache just before it would be hidden by it. So the name is looked at right before, with no other request in
 * between. After it, and after each setting where caches have no names, keys of two identifiers that must have been
 * there all the time bear witness, as one may be a key that the tool has set; as long as there are not two, what they
 * do not speak for is set again. Where caches have no names, each look does the same, and a key that a question finds
 * absent although the adapter has taken it has the whole cache filled again (`queryFlags`, `goToPortal`). What is
 * missing is never set again alone: it would stand behind younger names.
 *
 * What is not noticed: a ClearCache between that look and the naming, or at any time where caches have no names, after
 * which the tool sets keys for both identifiers that bear witness, and does not name what it did; where there are no
 * names, until a question or a login finds a third key absent: a login that lacks the key with which it goes has all
 * set again before it is refused, and one that the target refuses asks first whether its key is there. And a key that
 * a tool sets over one of the service's is never told from it: the flags alone can be asked for. If it clears the
 * cache and sets one, while there is but one other identifier, no key is lost, but its name may count as the older one
 * then (`initiator_service/cache_witness.ts`).
 *
 * **A key that was lost on the way counts.** What an adapter refuses is not in force there, and a login goes with the next
 * best key. What the driver stack has failed to bring to it is in force: a login whose best key that is, and is one that
 * LoginToTarget cannot bring, ends in ERROR_IO_DEVICE, and does not go with the group key; the next one has the cache
 * filled again (`initiator_service/login_keys.ts`).
 *
 * **Own and foreign caches.** The pages say that a service can compare GUIDs, not what it does on a mismatch. The
 * first half of the service's GUIDs is the same for one store and one adapter, so that it knows its own caches of any
 * age: those it clears and fills again. Others it keeps by default and sets its own keys over them, because the
 * machine may have booted from a disk that an option ROM's keys reach; they last until it has to clear the cache. A
 * cache that is not valid is cleared (`initiator_service/generation.ts`).
 *
 * **Requests end with their caller.** An IRP that waits for its next attempt is cancelled when the process that sent
 * it ends; one that the miniport holds is not recalled, and the service manager starts the next run only after it, or
 * after the five minutes that the system gives a cancelled IRP. So a stale request can land only on what nobody has
 * been told yet; by the port timer of 30 s none is held for longer. On a real stack the end of a process waits in the
 * same way for the IRPs of its threads; whether a WMI IRP hangs on the thread of WMI's client is not documented
 * (`request_owner.ts`).
 *
 * **Whom a port says it is.** SetPresharedKeyForId gives the identifier by which the initiator names itself. A port
 * with a key for its own address presents that; else what a key of exactly this port names, be it a name or an address
 * that is not the port's: aggressive mode finds the key by it, main mode if the target knows it beside the address.
 * Then names with a key for all ports; then its own address with the group key; last an address with a key for all
 * ports that is none of this adapter's: a setting for all adapters brings each the other ones' addresses, which must
 * not replace the group key. Of several no source orders it is the one that was set on that adapter first; the store
 * keeps that order, and replay goes by it. A port that gets another address presents the old one as long as the new
 * one has no key (`firmware/session/key_selection.ts`, `initiator_service/held_records.ts`).
 *
 * **The service keeps every persistent key**, also those that the adapter keeps. If it kept only what adapters refuse,
 * clearing an invalid cache would lose acknowledged keys for good.
 *
 * **A key that is not persistent** goes to the adapter and is replayed to it for as long as the service runs; it hides
 * a persistent one of the same identity for that time. Adapters with nonvolatile memory keep it, because no method
 * tells them not to; their cache bears a GUID then for which the store does not vouch, and the next run clears it.
 *
 * **What an adapter may hold is noted** in the store before it is given anything, because another tool may name the
 * cache afterwards: a run that finds notes of keys that it does not hold - volatile ones, or one whose setting died
 * before its answer - clears the cache, whatever its name, and the other tool's keys with it: no method removes a
 * single key. Until that run starts such a key is in force (`initiator_service/held_records.ts`).
 *
 * **A tunnel address that is not persistent**, or whose setting died before its answer, outlives the service on every
 * adapter, and ClearCache: no method removes one. The next run sets it to what holds without it: the address for all
 * ports, which it follows from then on; or, if there is none, the destination's own, a tunnel without a gateway. So a
 * login that asks for tunnel mode is not refused there afterwards, as it was before. A port that an adapter lacks has
 * nothing to follow; if one that it has does not follow an address for all ports, that one is not taken, and all is
 * set to what it was (`initiator_service/held_records.ts`, `initiator_service/security_operations.ts`).
 *
 * **Settings for all adapters** (group key, tunnel address without initiator name) are stored once for the machine, so
 * an adapter that was away gets them when it comes, if it has room then: those that are there have answered for all.
 *
 * **What an adapter refuses for good** of a setting for all - a key of a port that it has not got, one key more than
 * it has room for - does not keep its cache from being named: with the name the store notes what is missing, and
 * offers it once more when the service starts, as the adapter may have got that port. Beside the keys of a foreign
 * cache that it keeps, "no room" is a reason to clear that cache. An adapter that keeps an older key because it has
 * refused the new one, or takes at last one that is older than others, is filled again. A failure that may go by, of
 * ClearCache too, leaves the cache without a name; the next call clears and fills it again, three times at once and
 * then ever more rarely, until the adapter is reset or something is set for all. The same holds of one that takes all
 * and then says that a key is not there, or takes no name; and, for that key alone, of one that a question or a login
 * lacks after a fill (`initiator_service/replay.ts`, `initiator_service/refills.ts`).
 *
 * **Who has had room keeps it.** What an adapter has taken comes before all that it had refused by then, for want of
 * room, or of a port that it gets later, whatever their age; of those with the same claim the oldest comes first. Who
 * waits is a fact of the adapter, and of no cache, name or run: it is stored in the transaction that stores a setting,
 * and when a fill has shown who has found room, be the cache vouched for or not, nonvolatile or not. A name that has
 * had room waits only if a cache that held all else refuses it: one that was emptied and not filled says nothing of
 * claims. So nothing that is refused takes the room of what is acknowledged later: not when something volatile goes,
 * nor when a cache is emptied, nor while it cannot be cleared (`initiator_service/claims.ts`).
 *
 * **Another tool's login or key may have the room** of what was acknowledged, when the tool clears a full cache first.
 * Nobody tells when that goes, and no method asks how much room there is. So what is displaced keeps its claim, in
 * later runs too; the adapter is offered it before each setting, query and login, and after a saved login is removed
 * by the service; and as long as it lacks it, new keys are answered HBA_SECURITY_CACHE_FULL, and no login is saved, as
 * if it were there (`initiator_service/displaced.ts`).
 *
 * **Without ClearCache**, as in Microsoft's sample, nothing takes a key away but a reset of an adapter that keeps keys in
 * RAM. A key that lands there just after such a reset, in the room of one that comes back, is refused when that is
 * found out, and is in force all the same until the next reset; the one that it displaces is brought by logins until
 * then, if it is of the port's address, and nothing new is acknowledged. With nonvolatile memory that would be for good,
 * but there no reset empties the cache (`initiator_service/displaced.ts`).
 *
 * **A cache that could not be cleared** has what it had, and gets by claim what is held: what finds room there keeps it.
 * It has no name that counts, until a ClearCache has succeeded: a name for what is volatile hides nothing of what it
 * should have lost (`initiator_service/synchronization.ts`).
 *
 * **A login takes its key** from the call; else from the service, if the best key for it (explicit for the port,
 * explicit for all ports, group) is one that the adapter did not take; else the adapter looks in its own table. The
 * key of the call goes with its login only and is not stored.
 *
 * **An identifier that is not the port's address** cannot be handed over with a login, because LoginToTarget has no
 * field for it: on an adapter without any key storage only keys of its ports' addresses and the group key are taken,
 * others are ISDSC_HBA_SECURITY_CACHE_NOT_SUPPORTED; nor does a query tell of one that is held for other adapters, or
 * for an address that the port has no more. If the service does not know the ports' addresses, any may be one
 * (`initiator_service/login_keys.ts`).
 *
 * **Identifiers are compared byte for byte**, also names.
 *
 * **Settings that no login can use** are refused, with the status that an adapter with a cache would give.
 *
 * **A bus reset** completes WMI requests to the adapter, too, with SRB_STATUS_BUS_RESET, and the port driver fails
 * their IRPs without repeating them: that the rule of HW_RESET_BUS covers requests without a path is not said anywhere
 * (`miniport/miniport.ts`, `port_driver.ts`). The firmware carries on, so that a setting which has failed so may be in
 * force: as after each failure that tells nothing, the cache is cleared and filled at the next call or arrival, and not
 * before, because the service asks no adapter of its own accord (`initiator_service/security_operations.ts`).
 *
 * **Busy requests to the adapter** come again as those to a unit do: 250 ms and 20 tries. For WMI requests to the
 * adapter nothing is documented (`costs.ts`).
 *
 * **A surprise removal** is noticed when registers read all ones. While a command or a reset is under way, somebody
 * may wait for it in a queue: they are read every 10 ms; while requests wait for the network, once a second, as the
 * timer of qla4xxx looks; by a driver without requests, not before the next one, because nobody waits. Requests that
 * are held or wait end with SRB_STATUS_NO_HBA at once, and the classes are withdrawn. On a real stack the handles
 * would keep the device object until the last one is closed (`miniport/miniport.ts`, `windows_host.ts`).
 *
 * **A return** is told by the slot, as a hot-plug port tells of a link that is up: no interrupt of the adapter is
 * needed, nor a timer. The slot here tells of no removal, as one that is not made for hot plug; on a real stack
 * somebody has to scan such a slot for the return, and the device is made anew, with a driver of its own
 * (`miniport/miniport.ts`, `sim/parts/register_file.ts`).
 *
 * **A reset whose interrupt is lost** stands in the registers until the driver clears it. It is found when they are
 * read for an adapter that may be gone: at each command and every 10 ms while one is under way, once a second while
 * requests wait for the network; and, of an adapter that was given up, with each request. Another interrupt that is
 * lost costs the command its time-out (`miniport/miniport.ts`, `miniport/mailbox.ts`).
 *
 * **A call whose adapter goes meanwhile** ends with ERROR_FILE_NOT_FOUND (2), what SRB_STATUS_NO_HBA becomes, whether
 * its driver held the request or its classes were withdrawn before: when the service hears of the removal it takes any
 * failure for that. Whoever names the adapter later is told that there is no such initiator, or session. Clients of
 * WMI itself see NO_SUCH_DEVICE of what was held, and INSTANCE_NOT_FOUND later (`initiator_service/adapter_link.ts`).
 *
 * **LoginToTarget's key** is read at 2512 + 16 * LUNCount, where Microsoft's sample's sum of lengths puts it; nothing
 * published reads it (`wmi/adapter_operations.ts`).
 *
 * **Persistent logins** need nonvolatile memory: one that would be gone with the power is not acknowledged, but
 * refused with ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA, and the service may keep it. They are made when a driver
 * asks for the firmware's state, which it does at each load and after each reset, and 5 s after each failure, as
 * MSiSCSI_Operations recommends for lost sessions; a logout ends that until the next load. There are 16 at the most.
 * What OUT holds after a save is not documented: ids of 0 (`firmware/cache/persistent_logins.ts`,
 * `firmware/session/login_retries.ts`).
 *
 * **A saved login takes no key's room**: the number of keys that the adapter promises becomes less, or the login is
 * refused. For that the service does nothing else to the cache while a login is saved, saves none while the cache cannot
 * be made what it should be, and notes before which settings have their room. If the cache is emptied meanwhile it is
 * filled again, if the service dies by its next run; only when one of those settings has no room then, the adapter has
 * to forget the login, and is filled once more. A login beside which all have their room stays: it is acknowledged if
 * the call is still there, and there without an answer if not. So one that is saved over an older one is there as it
 * was or as it is now; it takes the older one with it only when it is longer, the cache was emptied under it, and the
 * room is a key's, and is not acknowledged then: nobody can give the adapter the older key back. A save that fails
 * because the disk is full, or the cache cannot be filled, is forgotten within the call, unless it has replaced an older
 * one. One of which no answer came may be there (`initiator_service/saving_notes.ts`,
 * `initiator_service/login_saving.ts`).
 *
 * **RemovePersistentLogin** compares the port as it is, as Microsoft's sample does: 0xFFFFFFFF names the login that was
 * saved for any port, which nothing else would tell from those for single ports. All ports are said of the API only,
 * and there the service asks for each: those that the adapter tells of, those that it has, and any. With a driver that
 * takes 0xFFFFFFFF for all ports, a login for any port could not be forgotten alone. What is not found is
 * ISDSC_NOT_FOUND. It waits for the end of a save through the same adapter, with all that this may have to take back: so
 * what is forgotten was there before or is saved anew, and never both by halves. The session stays (`firmware/cache/persistent_logins.ts`, `initiator_service/persistent_logins.ts`,
 * `firmware/session/host_sessions.ts`).
 *
 * **Identifiers of sessions and connections** are the firmware's numbers, and in the upper half how many lives of the
 * adapter this driver has seen before: the firmware numbers from 1 in each. The driver makes 0 of one of an earlier life,
 * so that the firmware refuses it as it refuses what is gone (`miniport/session_ids.ts`).
 *
 * **A further connection** has the name and the limit of its session; of one that the adapter has opened by itself the
 * driver asks the adapter (`miniport/login_requests.ts`).
 *
 * **Further connections** must name this adapter (else ISDSC_INITIATOR_INSTANCE_NOT_FOUND) and a session that is
 * established (else ISDSC_SESSION_BUSY); an unknown connection is ISDSC_NOT_FOUND. Limits of login PDUs, which are not
 * simulated, are reported as RFC 7143 §13 has them by default; the local TCP port is 0
 * (`miniport/reported_values.ts`).
 *
 * **SecurityCapabilities** name the ciphers of ESP, which is not simulated: those of phase 1's policy stand for them,
 * AES for AES-CTR, and DES for none (`miniport/adapter_queries.ts`).
 *
 * **AdapterEvent** has one code, "target list changed": fired when a session comes or goes. A failed login fires
 * NodeFailure, type 2 when the peer's hash was wrong and 0 else; a session that is lost without a word of the peer
 * fires InstanceFailure as a time-out. Their times begin in 1601 with the world. A phase 1 that fails counts as a
 * failure of the login, and no login PDU with it (`miniport/session_events.ts`, `miniport/provider_events.ts`).
 *
 * **Consumers of events** outlive the removal of their device: their handles are on the class, and WMI enables the
 * events again when the driver has registered again. That WMI does so is not documented; nobody else could
 * (`wmi/kernel_wmi.ts`).
 *
 * **All data of a class** are written in the form for instances of one size; which one the real library chooses for
 * one instance is not public (`scsiwmi.ts`).
 *
 * **Flags without IKE.** SecurityFlags that are VALID and do not ask for IKE open a session without phase 1
 * (`firmware/session/key_selection.ts`).
 *
 * **The port timer** gives the request up and leaves the mailbox to its own, longer timer: a firmware that is only
 * slow keeps the keys in its RAM.
 *
 * **Bad arguments of the API** are ERROR_INVALID_PARAMETER when the library can see them, reserved and unknown bits of
 * LoginFlags and InformationSpecified among them; which layer looks at which is not public. A target's name of no kind
 * (iqn, eui, naa), a mapping with a unit twice and a text that is no address are the service's to refuse
 * (`iscsidsc/argument_checks.ts`, `initiator_service/login_procedure.ts`).
 *
 * **Lists of the API** take what the structures of the header take, one behind the other without gaps; a caller that
 * says no size has room. An adapter that is away, or whose driver lacks the class, lists nothing; one that fails fails
 * the list (`iscsidsc/buffer_sizes.ts`, `initiator_service/adapter_lists.ts`).
 *
 * **A portal has no IPsec policy.** It would win over flags and key of a login, but comes from discovery (iSNS,
 * SendTargets with a key), of which there is none. The same holds for what is known of portals: flags that are not
 * VALID are those of the registry, if it has any, else the adapter goes by the key's entry. A target is known by its
 * saved logins; a login that names no portal goes to that of the first of them (`initiator_service/portal_choice.ts`).
 *
 * **The service selects an adapter** for a login: the first that is synchronised and has not failed, then the others,
 * in order of arrival (`initiator_service/scope.ts`).
 *
 * **IPsec that is required** and that the flags of login or key switch off is TARGET_PRESHAREDKEY_UNAVAILABLE: no
 * usable key. The key is that of the port's address, else the one that the service holds for what the port presents.
 * Otherwise the flags go to the adapter as ones that ask for IKE (`initiator_service/ipsec_requirement.ts`).
 *
 * **A second session to a target** without MULTIPATH_ENABLED is refused by the service, which asks all adapters for
 * their sessions first and has logins to one target wait for each other. An adapter that cannot say has none, and a
 * saved login that is only tried has no session yet: its TSID is 0. An adapter does not ask before it tries one: a
 * login waits for the time of one try (6 s) what comes of that, looks once more when it has a session itself, and
 * gives it up for the adapter's. An adapter that is being reset, and may have saved logins, is waited for as long as
 * its driver may take, because it makes them when its driver has it again. What a saved login opens later, because its
 * target is back or its key was set, or its adapter is reset later, is a second session: nobody asks the service. So
 * is a session whose login had been accepted by the adapter when the service was killed, if another adapter is reset
 * meanwhile and has saved a login to the same target: nobody looks once more. A real stack gives no more: sessions are
 * the drivers', which do not know of one another, and MSiSCSI_InitiatorSessionInfo does not say which of two was to
 * have MULTIPATH_ENABLED, so that a later run could not tell what to end. It lists both, finds the target taken, and
 * logs each out when asked (`initiator_service/login_procedure.ts`, `initiator_service/session_list.ts`).
 *
 * **ISIDs** differ by a number that the service gives each session and each saved login; the latter are stored, and
 * none is given twice before all are. Then the adapters are asked which ones open sessions have. Before that they are
 * not: a tool that logs in beside the service chooses its own numbers (`initiator_service/isid_numbers.ts`,
 * `initiator_service/session_list.ts`).
 *
 * **A login that is saved** takes along the key of its call and no other, so no later setting is undone by it; it has
 * the flags that the service found then. Whoever saves it gets no ids: nobody has logged in yet
 * (`initiator_service/login_procedure.ts`).
 *
 * **Arrival and departure** of adapters reach the service as notifications of the plug-and-play manager;
 * MSiSCSI_AdapterEvent has no code for them.
 *
 * @module
 */

import { AsynchronousEvent, IsdscStatus } from "../firmware/manual/interface.ts";
import { NtStatus, SrbStatus, win32OfNtStatus } from "./status.ts";

/** IN is shorter than its lengths say: the status of Microsoft's sample. ISDSC_BUFFER_TOO_SMALL would be defensible. */
export const MALFORMED_INPUT_STATUS: number = SrbStatus.error;

/**
 * The largest bus, target and LUN of the system that a mapping may name, plus one (`srb.h`). That Microsoft's sample
 * refuses what is "too large" is published, not where that begins.
 */
export const MAXIMUM_BUSES = 8;

/** As {@linkcode MAXIMUM_BUSES}. */
export const MAXIMUM_TARGETS_PER_BUS = 128;

/** As {@linkcode MAXIMUM_BUSES}. */
export const MAXIMUM_LUNS_PER_TARGET = 255;

/** What an exchange of a saved login takes at the most, unless packets are lost: so long a login waits for one that is under way. */
export const SAVED_LOGIN_EXCHANGE_SECONDS = 1;

/** So long a login waits for an adapter that tries to log in to the same target: 5 s to the next try, and its exchange. */
export const SAVED_LOGIN_TRY_SECONDS: number = 5 + SAVED_LOGIN_EXCHANGE_SECONDS;

/** How many connections a session may have, unless the login asked for fewer. */
export const MAXIMUM_CONNECTIONS = 8;

/** What the query of a class without data answers: 4 bytes, as Microsoft's sample does. */
export const METHOD_ONLY_QUERY_BYTES = 4;

/** A login whose adapter was reset under it: the connection failed. A new attempt is the application's choice. */
export const LOGIN_INTERRUPTED_STATUS: number = IsdscStatus.CONNECTION_FAILED;

/** The initiator's node name: Microsoft's naming authority and the name of the machine, as the service makes it. */
export const INITIATOR_NODE_NAME = "iqn.1991-05.com.microsoft:hbasim";

/**
 * Events after which the driver resets the adapter. NVRAM invalid is not among
 * them although qla4xxx resets then: the memory is as damaged after the reset
 * as before it, and the service repairs it by clearing and replaying.
 */
export const EVENTS_THAT_RESET: readonly number[] = [AsynchronousEvent.systemError];

/** A WNODE whose sizes do not add up, refused by kernel WMI before any driver sees it. */
export const MALFORMED_WNODE_STATUS: number = NtStatus.invalidParameter;

/** A call while the service starts: there is no endpoint yet, as when it is stopped. */
export const SERVICE_STARTING_STATUS: number = IsdscStatus.SERVICE_NOT_RUNNING;

/** A call that the service accepted and did not answer. */
export const SERVICE_HANGS_STATUS: number = IsdscStatus.SERVICE_DID_NOT_RESPOND;

/** The service could not write its store. */
export const STORE_FAILED_STATUS: number = IsdscStatus.OUT_OF_RESOURCES;

/**
 * ISDSC statuses with which an adapter says that keeping keys is not its
 * business; the service keeps them then. A full cache, a damaged one or a bad
 * argument are errors of the call.
 */
export const FALLBACK_STATUSES: readonly number[] = [
  IsdscStatus.HBA_SECURITY_CACHE_NOT_SUPPORTED,
  IsdscStatus.REQUEST_NOT_SUPPORTED,
];

/**
 * ISDSC statuses with which an adapter refuses a record for good: it has no such
 * port, no room, or does not take such a thing. It lacks nothing then that it
 * could have. What is not here, as a failure of its memory, may go by.
 */
export const LASTING_REFUSALS: readonly number[] = [
  IsdscStatus.INVALID_PORT_NUMBER,
  IsdscStatus.HBA_SECURITY_CACHE_FULL,
  IsdscStatus.IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED,
  IsdscStatus.IKE_ID_PAYLOAD_INCORRECT_SIZE,
  IsdscStatus.ADDRESS_TYPE_NOT_SUPPORTED,
  IsdscStatus.INVALID_PARAMETER,
];

/** So often an adapter that does not take all is cleared and filled again at once, before it is left alone for a time. */
export const FILLS_AT_ONCE = 3;

/**
 * So often a call makes its setting on an adapter whose cache is emptied under it, or has the cache filled for a login
 * that it saves, before it fails.
 */
export const SETTINGS_AT_ONCE = 3;

/** How long it is left alone then; twice as long after each further time. */
export const FIRST_PAUSE_SECONDS = 1;

/** The longest pause: an hour spares a flash sector of 100,000 erasures for eleven years. */
export const LONGEST_PAUSE_SECONDS = 3600;

/**
 * Answers of the driver stack that mean what {@linkcode FALLBACK_STATUSES} do: the class is not registered,
 * or has no such method. An I/O error says nothing of what an adapter keeps.
 */
export const FALLBACK_NT_STATUSES: readonly number[] = [
  NtStatus.invalidDeviceRequest,
  NtStatus.wmiGuidNotFound,
  NtStatus.wmiItemIdNotFound,
];

/**
 * A login that leaves the adapter to the service goes on to the next one when
 * the first is not there, or has no driver that logs in. A refusal by the
 * target, or by the adapter, is an answer and no reason to ask another.
 */
export const STATUSES_OF_ABSENCE: readonly number[] = [
  win32OfNtStatus(NtStatus.wmiGuidNotFound),
  win32OfNtStatus(NtStatus.noSuchDevice),
  win32OfNtStatus(NtStatus.wmiInstanceNotFound),
  win32OfNtStatus(NtStatus.wmiGuidDisconnected),
];
