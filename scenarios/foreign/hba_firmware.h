/*
 * What a whole firmware gives to, and takes from, the simulated adapter. ABI version 1.
 *
 * The boot ROM has verified the image and calls hba_main, which never returns: a main loop that waits for something to
 * do, does it, and waits again. It is one task; simulated time passes, and power may go, in the imports that say so.
 * What it keeps of keys lies in its memory, which is zero after each loss of power and each reset, and on the flash.
 *
 * The IKE engine runs beside it, on the same core at a better priority: it takes and sends the datagrams, and tells
 * what becomes of sessions.
 */
#ifndef HBA_FIRMWARE_H
#define HBA_FIRMWARE_H
#include "hba_store.h"

typedef unsigned long long hba_u64;

/* ---- registers ---- */

/* What can be waited for. Each is a state, no event: it holds until the firmware has done something about it. */
enum {
  HBA_DOORBELL = 1,        /* a command of the host waits: hba_mailbox_take */
  HBA_COMPLETION_ROOM = 2, /* the host has taken what was posted last */
  HBA_EVENT_ROOM = 4,      /* the same, and it lets interrupts out: only then does it take events */
  HBA_SESSION = 8          /* the IKE engine has something to tell: hba_ike_event */
};

/* Waits until one of these holds, and answers those that do; 0 after so many cycles, if they are not 0. */
HBA_IN(wait) hba_u32 hba_wait(hba_u32 what, hba_u32 cycles);
/*
 * Those that hold now. A firmware may ask again and again, and time passes meanwhile: but not in a function that calls
 * nothing which may suspend, nor calls one that does. Such a function is one moment, and is ended after 10^9 cycles.
 */
HBA_IN(ready) hba_u32 hba_ready(hba_u32 what);
/* Cycles since the boot, modulo 2^32. */
HBA_IN(clock) hba_u32 hba_clock(void);

enum { HBA_MAILBOXES = 8 };
/* Takes a command and silences the doorbell; 0 if there is none. */
HBA_IN(mailbox_take) int hba_mailbox_take(hba_u32 mailbox[HBA_MAILBOXES]);
/* Writes all mailboxes and interrupts the host. May suspend. What the host has not taken yet is lost. */
HBA_IN(post) void hba_post(const hba_u32 mailbox[HBA_MAILBOXES]);
/* Shows in mailbox 0 how the boot stands, without an interrupt; HBA_INITIALIZATION_ERROR is a fatal error. */
HBA_IN(boot_status) void hba_boot_status(hba_u32 status);

/* Move bytes from and to the host's memory. May suspend. -1: the range is in no buffer of the host, or the bus refuses. */
HBA_IN(dma_read) int hba_dma_read(hba_u32 low, hba_u32 high, void *to, hba_u32 bytes);
HBA_IN(dma_write) int hba_dma_write(hba_u32 low, hba_u32 high, const void *from, hba_u32 bytes);

/* ---- network and sessions ---- */

struct hba_address {
  hba_u32 type; /* HBA_IPV4, HBA_IPV6 */
  hba_u8 bytes[16];
};
enum { HBA_NO_ADDRESS = 0, HBA_IPV4 = 1, HBA_IPV6 = 2, HBA_EMPTY_ADDRESS = 3 };

HBA_IN(link) void hba_link(int is_up);
HBA_IN(ports) hba_u32 hba_ports(void);
HBA_IN(port_address) int hba_port_address(hba_u32 port, struct hba_address *to); /* -1: there is no such port */

struct hba_session_request {
  hba_u32 port; /* HBA_ALL_PORTS: the first */
  struct hba_address target;
  hba_u64 flags;
  hba_u32 id_type; /* 0: by the manual's rule */
  hba_u32 id_bytes, key_bytes, reserved;
  hba_u8 rest[]; /* identifier, key */
};
/*
 * Opens a session, as the host has asked for it or as the firmware will have it. May suspend. Identifier and key that
 * are not in the request are chosen by the rule of the firmware manual, among the records that store_entry tells of.
 * The number of the session, to be told of by hba_ike_event; 0: the request is malformed; negative: a status.
 */
HBA_IN(ike_open) int hba_ike_open(const struct hba_session_request *request, hba_u32 bytes);
/* Ends a session and its associations, or with 0 all of them, of which hba_ike_event tells then. A status. */
HBA_IN(ike_close) hba_u32 hba_ike_close(hba_u32 session);

struct hba_session_event {
  hba_u32 session, state, status; /* HBA_ACTIVE, HBA_SESSION_FAILED, HBA_CLOSED */
  hba_u32 mode;                   /* of one that is active: 1 main mode, 2 aggressive mode */
};
HBA_IN(ike_event) int hba_ike_event(struct hba_session_event *to); /* the oldest; 0: there is none */

struct hba_phase1_statistics {
  hba_u32 negotiating, queued, established, failed, authentication_failures;
  hba_u32 invalid_cookies, invalid_packets, receive_failures;
};
HBA_IN(ike_statistics) void hba_ike_statistics(struct hba_phase1_statistics *to);
HBA_IN(ike_ciphers) hba_u32 hba_ike_ciphers(void); /* 1: 3DES, 2: AES */

/* ---- the module gives ---- */

HBA_OUT(hba_main) int hba_main(hba_u32 version); /* major << 16, minor << 8, patch of the image */
/*
 * Of hba_store.h it gives hba_abi and hba_scratch, and store_entry and store_health if it keeps keys: they are asked
 * while it waits in hba_wait or hba_ike_open, and only look. One that gives all of hba_store.h has a store that can be
 * looked at on a copy of the flash.
 */

/* ---- the manual: commands, answers, events (firmware/manual) ---- */

enum {
  HBA_ABOUT_FIRMWARE = 0x09,
  HBA_STOP_FIRMWARE = 0x14,
  HBA_GET_FIRMWARE_STATE = 0x69,
  HBA_SET_KEY = 0xc0,
  HBA_GET_KEY_FLAGS = 0xc1,
  HBA_SET_GROUP_KEY = 0xc2,
  HBA_SET_TUNNEL_ADDRESS = 0xc3,
  HBA_CLEAR_CACHE = 0xc4,
  HBA_SET_GENERATIONAL_GUID = 0xc5,
  HBA_GET_INFORMATION = 0xc6,
  HBA_OPEN_SESSION = 0xc8,
  HBA_CLOSE_SESSION = 0xc9,
  HBA_SAVE_LOGIN = 0xca,
  HBA_REMOVE_LOGIN = 0xcb,
  HBA_GET_LOGIN = 0xcc,
  HBA_ADD_CONNECTION = 0xcd,
  HBA_REMOVE_CONNECTION = 0xce,
  HBA_GET_CONNECTION = 0xcf,
  HBA_GET_PORT_ADDRESS = 0xd0,
  HBA_GET_STATISTICS = 0xd1,
  HBA_GET_CIPHERS = 0xd2,
  HBA_GET_SESSION_LOGIN = 0xd3
};

/* Mailbox 0 of a completion. */
enum {
  HBA_COMPLETE = 0x4000,
  HBA_INVALID_COMMAND = 0x4001,
  HBA_HOST_INTERFACE_ERROR = 0x4002,
  HBA_COMMAND_ERROR = 0x4005, /* mailbox 1 has the status */
  HBA_PARAMETER_ERROR = 0x4006,
  HBA_INITIALIZATION_ERROR = 0x4007
};

/* Mailbox 0 of an event, and the states of a session in mailbox 2 of HBA_SESSION_CHANGED. */
enum { HBA_LINK_UP = 0x8010, HBA_SESSION_CHANGED = 0x8014, HBA_NVRAM_INVALID = 0x801a };
enum { HBA_ACTIVE = 4, HBA_SESSION_FAILED = 6, HBA_CLOSED = 7 };

/* Statuses (iscsierr.h). */
#define HBA_SUCCESS 0u
#define HBA_INVALID_SESSION_ID 0xefff001cu
#define HBA_NOT_FOUND 0xefff000bu
#define HBA_TOO_MANY_CONNECTIONS 0xefff000eu
#define HBA_OUT_OF_RESOURCES 0xefff0014u
#define HBA_ADDRESS_TYPE_NOT_SUPPORTED 0xefff0021u
#define HBA_KEY_UNAVAILABLE 0xefff0027u
#define HBA_CACHE_FULL 0xefff002cu
#define HBA_INVALID_PORT 0xefff002du
#define HBA_ID_TYPE_NOT_SUPPORTED 0xefff0030u
#define HBA_ID_INCORRECT_SIZE 0xefff0031u
#define HBA_CACHE_CORRUPTED 0xefff0036u
#define HBA_LAST_CONNECTION 0xefff003du
#define HBA_LOGIN_NOT_SAVED 0xefff0041u
#define HBA_INVALID_PARAMETER 0xefff0056u

#define HBA_ALL_PORTS 0xffffffffu
enum { HBA_ID_IPV4 = 1, HBA_ID_FQDN = 2, HBA_ID_USER_FQDN = 3, HBA_ID_IPV6 = 5 };
enum { HBA_MOST_ID_BYTES = 256, HBA_MOST_KEY_BYTES = 256, HBA_MOST_TRANSFER_BYTES = 1024 };

struct hba_key_request {
  hba_u32 port, id_type;
  hba_u64 flags;
  hba_u32 id_bytes, key_bytes;
  hba_u8 rest[]; /* identifier, key */
};

struct hba_key_query {
  hba_u32 port, id_type, id_bytes;
  hba_u8 id[];
};

struct hba_group_key_request {
  hba_u32 key_bytes;
  hba_u8 key[];
};

struct hba_tunnel_request {
  hba_u32 port;
  struct hba_address destination, outer;
};

enum { HBA_GUID_BYTES = 16 };
struct hba_information {
  hba_u32 version, ports;
  hba_u32 status;   /* HBA_WORKING ... */
  hba_u32 features; /* HBA_KEEPS_KEYS, HBA_TUNNEL_MODE */
  hba_u32 is_cache_valid, key_capacity, keys_stored, keys_damaged;
  hba_u8 guid[HBA_GUID_BYTES];
};
enum { HBA_WORKING = 0, HBA_DEGRADED = 1, HBA_CRITICAL = 2 };
enum { HBA_KEEPS_KEYS = 1, HBA_TUNNEL_MODE = 4 };

struct hba_connection {
  hba_u32 connection, session, cid;
  hba_u32 state; /* HBA_CONNECTION_NEGOTIATING, HBA_CONNECTION_ACTIVE */
  struct hba_address local, target;
  hba_u32 persistent_login;
};
#endif
