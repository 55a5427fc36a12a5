/*
 * A whole firmware in C: a main loop that serves the commands of the host one at a time and tells it what has become of
 * sessions. It keeps keys, tunnel addresses and the generational GUID by the store beside it, flash first and then
 * memory, so that what was acknowledged is there after any loss of power. Which key a session uses it leaves to the
 * rule of the manual. A session has one connection, and the adapter logs in to nothing by itself.
 */
#include "hba_firmware.h"
/* One unit: what the store has for bytes serves here, too, and what it exports is the firmware's. */
#include "store.c"

enum { MOST_SESSIONS = 64, MOST_KEYS = 128, MOST_TUNNELS = 32, ADDRESS_BYTES = 17, FLAG_BYTES = 8 };
/* Of a name of a key, before the identifier: port, type. Of that of a tunnel address before the destination: port. */
enum { KEY_NAME_BYTES = 5, PORT_BYTES = 4, TUNNEL_NAME_BYTES = PORT_BYTES + ADDRESS_BYTES };

struct session {
  hba_u32 number; /* 0: this row is free */
  hba_u32 is_active, port;
  struct hba_address target;
};

static struct session sessions[MOST_SESSIONS];
static hba_u32 version; /* of the image */
static int is_mounted;
static int tells_damage, tells_link; /* what the boot has to tell */
static hba_u32 message[HBA_MAILBOXES]; /* what the host is to be told: a completion, if it waits; 0 at first is nothing */

/* The command that is served, and its request; what is answered to it; the record that it is to store, if its value is not empty. */
static _Alignas(8) hba_u8 request[HBA_MOST_TRANSFER_BYTES], response[HBA_MOST_TRANSFER_BYTES];
static hba_u32 mailbox[HBA_MAILBOXES], request_bytes, response_room, response_bytes;
static struct record stored;
static hba_u8 name[HBA_NAME_BYTES], value[HBA_VALUE_BYTES];

static void zero(void *at, hba_u32 bytes) {
  for (hba_u32 i = 0; i < bytes; i++) ((hba_u8 *)at)[i] = 0;
}

/* ---- records: names and values as the manual has them ---- */

static hba_u32 name_key(hba_u32 port, hba_u32 id_type, const hba_u8 *id, hba_u32 id_bytes) {
  copy(name, &port, PORT_BYTES);
  name[PORT_BYTES] = id_type;
  copy(name + KEY_NAME_BYTES, id, id_bytes);
  return KEY_NAME_BYTES + id_bytes;
}

static void pack(hba_u8 *to, const struct hba_address *address) {
  to[0] = address->type;
  copy(to + 1, address->bytes, sizeof address->bytes);
}

static hba_u32 count(hba_u32 class_) {
  hba_u32 found = 0;
  for (hba_u32 offset = 0; offset < used; offset += size_of(at(offset))) found += at(offset)->class_ == class_;
  return found;
}

/* Keys of any size that fit beside the group key, the GUID and the tunnel addresses, which must never be refused. */
static hba_u32 key_capacity(void) {
  hba_u32 bytes = HBA_MOST_KEY_BYTES + HBA_GUID_BYTES + MOST_TUNNELS * (PORT_BYTES + 2 * ADDRESS_BYTES);
  hba_u32 fitting = store_capacity(2 + MOST_TUNNELS, bytes);
  return fitting < MOST_KEYS ? fitting : MOST_KEYS;
}

static hba_u32 status_of(int answer) {
  if (answer == HBA_STORED || answer == HBA_UNCHANGED) return HBA_SUCCESS;
  return answer == HBA_FULL ? HBA_CACHE_FULL : HBA_OUT_OF_RESOURCES;
}

/* ---- what is asked for ---- */

static int has_port(hba_u32 port) { return port == HBA_ALL_PORTS || port < hba_ports(); }

static hba_u32 check_id(hba_u32 port, hba_u32 type, hba_u32 bytes) {
  if (!has_port(port)) return HBA_INVALID_PORT;
  switch (type) {
    case HBA_ID_IPV4: return bytes == 4 ? HBA_SUCCESS : HBA_ID_INCORRECT_SIZE;
    case HBA_ID_IPV6: return bytes == 16 ? HBA_SUCCESS : HBA_ID_INCORRECT_SIZE;
    case HBA_ID_FQDN:
    case HBA_ID_USER_FQDN: return bytes > 0 && bytes <= HBA_MOST_ID_BYTES ? HBA_SUCCESS : HBA_ID_INCORRECT_SIZE;
    default: return HBA_ID_TYPE_NOT_SUPPORTED;
  }
}

static hba_u32 check_key(hba_u32 bytes) {
  return bytes > 0 && bytes <= HBA_MOST_KEY_BYTES ? HBA_SUCCESS : HBA_INVALID_PARAMETER;
}

static hba_u32 check_address(const struct hba_address *address) {
  if (address->type == HBA_IPV4 || address->type == HBA_IPV6) return HBA_SUCCESS;
  return address->type == HBA_EMPTY_ADDRESS ? HBA_INVALID_PARAMETER : HBA_ADDRESS_TYPE_NOT_SUPPORTED;
}

/* Whether the request has its fixed part and so many bytes behind it; lengths are the host's, and may be anything. */
static int has(hba_u32 fixed, hba_u32 one, hba_u32 other) {
  if (request_bytes < fixed) return 0;
  return one <= request_bytes - fixed && other <= request_bytes - fixed - one;
}

/* ---- answers ---- */

static void refuse(hba_u32 why) { message[0] = why; }

/* Answers are given in so many places that code is half a KiB shorter if it is not part of them. */
static __attribute__((noinline)) void complete(hba_u32 status, hba_u32 answer) {
  message[0] = status == HBA_SUCCESS ? HBA_COMPLETE : HBA_COMMAND_ERROR;
  message[1] = status;
  message[2] = status == HBA_SUCCESS ? answer : 0;
}

/* Whether the host has room for an answer, which is zero to begin with. */
static int has_room(hba_u32 bytes) {
  zero(response, sizeof response);
  if (bytes > response_room) refuse(HBA_PARAMETER_ERROR);
  return bytes <= response_room;
}

static void respond(hba_u32 bytes) {
  response_bytes = bytes;
  complete(HBA_SUCCESS, bytes);
}

/* ---- the six methods: what they are to store ---- */

static void set_key(const struct hba_key_request *asked) {
  if (!has(sizeof *asked, asked->id_bytes, asked->key_bytes)) return refuse(HBA_PARAMETER_ERROR);
  hba_u32 status = check_id(asked->port, asked->id_type, asked->id_bytes);
  if (status == HBA_SUCCESS) status = check_key(asked->key_bytes);
  if (status != HBA_SUCCESS) return complete(status, 0);
  hba_u32 name_bytes = name_key(asked->port, asked->id_type, asked->rest, asked->id_bytes);
  if (find(HBA_PRESHARED_KEY, name, name_bytes) == NONE && count(HBA_PRESHARED_KEY) >= key_capacity())
    return complete(HBA_CACHE_FULL, 0);
  copy(value, &asked->flags, FLAG_BYTES);
  copy(value + FLAG_BYTES, asked->rest + asked->id_bytes, asked->key_bytes);
  stored = (struct record){.class_ = HBA_PRESHARED_KEY, .name_bytes = name_bytes, .value_bytes = FLAG_BYTES + asked->key_bytes};
}

static void set_group_key(const struct hba_group_key_request *asked) {
  if (!has(sizeof *asked, asked->key_bytes, 0)) return refuse(HBA_PARAMETER_ERROR);
  hba_u32 status = check_key(asked->key_bytes);
  if (status != HBA_SUCCESS) return complete(status, 0);
  copy(value, asked->key, asked->key_bytes);
  stored = (struct record){.class_ = HBA_GROUP_KEY, .name_bytes = 0, .value_bytes = asked->key_bytes};
}

static void set_tunnel_address(const struct hba_tunnel_request *asked) {
  if (!has(sizeof *asked, 0, 0)) return refuse(HBA_PARAMETER_ERROR);
  hba_u32 status = has_port(asked->port) ? check_address(&asked->destination) : HBA_INVALID_PORT;
  if (status == HBA_SUCCESS) status = check_address(&asked->outer);
  if (status != HBA_SUCCESS) return complete(status, 0);
  copy(name, &asked->port, PORT_BYTES);
  pack(name + PORT_BYTES, &asked->destination);
  if (find(HBA_TUNNEL_ADDRESS, name, TUNNEL_NAME_BYTES) == NONE && count(HBA_TUNNEL_ADDRESS) >= MOST_TUNNELS)
    return complete(HBA_CACHE_FULL, 0);
  pack(value, &asked->outer);
  stored = (struct record){.class_ = HBA_TUNNEL_ADDRESS, .name_bytes = TUNNEL_NAME_BYTES, .value_bytes = ADDRESS_BYTES};
}

static void set_generational_guid(void) {
  if (!has(HBA_GUID_BYTES, 0, 0)) return refuse(HBA_PARAMETER_ERROR);
  copy(value, request, HBA_GUID_BYTES);
  stored = (struct record){.class_ = HBA_GENERATIONAL_GUID, .name_bytes = 0, .value_bytes = HBA_GUID_BYTES};
}

/* The GUID goes first: a cut in between leaves a cache that is not valid. */
static int clear_cache(void) {
  int status = store_remove(HBA_GENERATIONAL_GUID, name, 0);
  return status_of(status) == HBA_SUCCESS ? store_clear_secrets() : status;
}

/* Flash first, then memory, then the host: what it is told is there. */
static hba_u32 change(void) {
  if (!is_mounted) return HBA_CACHE_CORRUPTED;
  if (stored.value_bytes == 0) return status_of(clear_cache());
  hba_u32 status = status_of(store_put(stored.class_, name, stored.name_bytes, value, stored.value_bytes));
  /* The GUID comes last, by whoever has set all that is to be there: what was lost without a name is told no more. */
  if (status == HBA_SUCCESS && stored.class_ == HBA_GENERATIONAL_GUID) store_forget_losses();
  zero(value, stored.value_bytes);
  return status;
}

/* ---- what they ask ---- */

/* The key of a port, or of all ports. Asked for all ports: that, or the one of the lowest port. */
static int find_key(const struct hba_key_query *asked) {
  hba_u32 bytes = name_key(asked->port, asked->id_type, asked->id, asked->id_bytes);
  int found = find(HBA_PRESHARED_KEY, name, bytes);
  if (found != NONE) return found;
  if (asked->port != HBA_ALL_PORTS) {
    name_key(HBA_ALL_PORTS, asked->id_type, asked->id, asked->id_bytes);
    return find(HBA_PRESHARED_KEY, name, bytes);
  }
  for (hba_u32 port = 0; found == NONE && port < hba_ports(); port++) {
    copy(name, &port, PORT_BYTES);
    found = find(HBA_PRESHARED_KEY, name, bytes);
  }
  return found;
}

static void get_key_flags(const struct hba_key_query *asked) {
  if (!has(sizeof *asked, asked->id_bytes, 0)) return refuse(HBA_PARAMETER_ERROR);
  if (!has_room(FLAG_BYTES)) return;
  hba_u32 status = check_id(asked->port, asked->id_type, asked->id_bytes);
  int found = status == HBA_SUCCESS ? find_key(asked) : NONE;
  if (status == HBA_SUCCESS && found == NONE)
    status = is_mounted && store_health(HBA_UNIDENTIFIED_DAMAGE) == 0 ? HBA_KEY_UNAVAILABLE : HBA_CACHE_CORRUPTED;
  if (status != HBA_SUCCESS) complete(status, 0);
  else copy(response, value_of(at(found)), FLAG_BYTES), respond(FLAG_BYTES);
}

static void get_information(void) {
  struct hba_information *told = (struct hba_information *)response;
  if (!has_room(sizeof *told)) return;
  int is_damaged = store_health(HBA_UNIDENTIFIED_DAMAGE) != 0;
  int has_guid = store_get(HBA_GENERATIONAL_GUID, name, 0, told->guid, HBA_GUID_BYTES) == HBA_GUID_BYTES;
  told->version = version;
  told->ports = hba_ports();
  told->status = !is_mounted ? HBA_CRITICAL : is_damaged || store_health(HBA_REFUSALS) ? HBA_DEGRADED : HBA_WORKING;
  told->features = HBA_KEEPS_KEYS | HBA_TUNNEL_MODE;
  told->is_cache_valid = is_mounted && !is_damaged && has_guid;
  told->key_capacity = key_capacity();
  told->keys_stored = count(HBA_PRESHARED_KEY) + count(HBA_GROUP_KEY);
  told->keys_damaged = store_health(HBA_UNIDENTIFIED_DAMAGE);
  respond(sizeof *told);
}

/* ---- sessions ---- */

/* The row of a session; of 0 one that is free. */
static struct session *session_of(hba_u32 number) {
  for (struct session *row = sessions; row < sessions + MOST_SESSIONS; row++)
    if (row->number == number) return row;
  return 0;
}

static void open_session(const struct hba_session_request *asked) {
  struct session *row = session_of(0);
  if (row == 0) return complete(HBA_OUT_OF_RESOURCES, 0);
  int opened = hba_ike_open(asked, request_bytes);
  if (opened == 0) refuse(HBA_PARAMETER_ERROR);
  else if (opened < 0) complete(opened, 0);
  else {
    *row = (struct session){.number = opened, .port = asked->port == HBA_ALL_PORTS ? 0 : asked->port, .target = asked->target};
    complete(HBA_SUCCESS, opened);
  }
}

/* Ends a session, or with 0 all of them, of which there will be news. */
static void close_session(hba_u32 number) {
  struct session *row = session_of(number);
  if (number != 0 && row == 0) return complete(HBA_INVALID_SESSION_ID, 0);
  if (number != 0) row->number = 0;
  complete(hba_ike_close(number), 0);
}

/* The session with the next higher number, whose connection has the same. */
static void get_connection(hba_u32 after) {
  struct hba_connection *told = (struct hba_connection *)response;
  struct session *next = 0;
  if (!has_room(sizeof *told)) return;
  for (struct session *row = sessions; row < sessions + MOST_SESSIONS; row++)
    if (row->number > after && (next == 0 || row->number < next->number)) next = row;
  if (next == 0) return complete(HBA_SUCCESS, 0);
  told->connection = told->session = next->number;
  told->cid = 1;
  told->state = next->is_active;
  told->target = next->target;
  hba_port_address(next->port, &told->local);
  respond(sizeof *told);
}

static void remove_connection(void) {
  const hba_u32 *asked = (const hba_u32 *)request; /* session, connection */
  if (!has(2 * sizeof *asked, 0, 0)) refuse(HBA_PARAMETER_ERROR);
  else if (asked[0] == 0 || session_of(asked[0]) == 0) complete(HBA_INVALID_SESSION_ID, 0);
  else complete(asked[1] == asked[0] ? HBA_LAST_CONNECTION : HBA_NOT_FOUND, 0);
}

static void get_port_address(hba_u32 port) {
  if (!has_room(sizeof(struct hba_address))) return;
  if (hba_port_address(port, (struct hba_address *)response) < 0) complete(HBA_INVALID_PORT, 0);
  else respond(sizeof(struct hba_address));
}

static void get_statistics(void) {
  if (!has_room(sizeof(struct hba_phase1_statistics))) return;
  hba_ike_statistics((struct hba_phase1_statistics *)response);
  respond(sizeof(struct hba_phase1_statistics));
}

/* ---- the main loop ---- */

static void serve(void) {
  switch (mailbox[0]) {
    case HBA_ABOUT_FIRMWARE:
      complete(HBA_SUCCESS, (version >> 8) & 0xff);
      message[1] = version >> 16, message[3] = version & 0xff;
      break;
    case HBA_SET_KEY: set_key((const struct hba_key_request *)request); break;
    case HBA_GET_KEY_FLAGS: get_key_flags((const struct hba_key_query *)request); break;
    case HBA_SET_GROUP_KEY: set_group_key((const struct hba_group_key_request *)request); break;
    case HBA_SET_TUNNEL_ADDRESS: set_tunnel_address((const struct hba_tunnel_request *)request); break;
    case HBA_CLEAR_CACHE: break;
    case HBA_SET_GENERATIONAL_GUID: set_generational_guid(); break;
    case HBA_GET_INFORMATION: get_information(); break;
    case HBA_OPEN_SESSION: open_session((const struct hba_session_request *)request); break;
    case HBA_STOP_FIRMWARE: close_session(0); break;
    case HBA_CLOSE_SESSION: mailbox[1] == 0 ? complete(HBA_INVALID_SESSION_ID, 0) : close_session(mailbox[1]); break;
    case HBA_REMOVE_CONNECTION: remove_connection(); break;
    case HBA_GET_CONNECTION: get_connection(mailbox[1]); break;
    case HBA_GET_PORT_ADDRESS: get_port_address(mailbox[1]); break;
    case HBA_GET_STATISTICS: get_statistics(); break;
    case HBA_GET_CIPHERS: complete(HBA_SUCCESS, hba_ike_ciphers()); break;
    case HBA_SAVE_LOGIN: complete(HBA_LOGIN_NOT_SAVED, 0); break;
    case HBA_REMOVE_LOGIN: complete(HBA_NOT_FOUND, 0); break;
    case HBA_ADD_CONNECTION: complete(HBA_TOO_MANY_CONNECTIONS, 0); break;
    case HBA_GET_LOGIN:
    case HBA_GET_SESSION_LOGIN: /* there is none */
    case HBA_GET_FIRMWARE_STATE: complete(HBA_SUCCESS, 0); break;
    default: refuse(HBA_INVALID_COMMAND);
  }
}

/* The request is copied before it is looked at: the host cannot change it under the checks. */
static void carry_out(void) {
  hba_mailbox_take(mailbox);
  request_bytes = mailbox[3], response_bytes = 0;
  response_room = mailbox[6] < sizeof response ? mailbox[6] : sizeof response;
  stored.value_bytes = 0;
  if (request_bytes > sizeof request ||
      (request_bytes > 0 && hba_dma_read(mailbox[1], mailbox[2], request, request_bytes) < 0)) {
    refuse(HBA_HOST_INTERFACE_ERROR);
    return;
  }
  serve();
  zero(request, request_bytes);
  if (message[0] == 0) complete(change(), 0);
  if (response_bytes > 0 && hba_dma_write(mailbox[4], mailbox[5], response, response_bytes) < 0) {
    zero(message, sizeof message);
    refuse(HBA_HOST_INTERFACE_ERROR);
  }
}

/* The next event, if there is one. */
static void take_event(void) {
  struct hba_session_event change;
  if (tells_damage) {
    message[0] = HBA_NVRAM_INVALID, message[1] = store_health(HBA_UNIDENTIFIED_DAMAGE);
    tells_damage = 0;
  } else if (tells_link) {
    message[0] = HBA_LINK_UP;
    tells_link = 0;
  } else if (hba_ike_event(&change)) {
    struct session *row = session_of(change.session);
    if (row == 0) return; /* the host has closed it meanwhile */
    row->is_active = change.state == HBA_ACTIVE;
    if (!row->is_active) row->number = 0;
    message[0] = HBA_SESSION_CHANGED;
    copy(message + 1, &change, sizeof change);
    message[5] = change.session, message[6] = row->is_active;
  }
}

int hba_main(hba_u32 image_version) {
  version = image_version;
  is_mounted = store_mount() >= 0;
  tells_damage = !is_mounted || store_health(HBA_UNIDENTIFIED_DAMAGE) != 0;
  tells_link = 1;
  hba_boot_status(HBA_COMPLETE);
  hba_link(1);
  for (;;) {
    /* Until the host has taken a completion, it asks for nothing else, and hears of nothing else. */
    hba_u32 news = tells_damage || tells_link || hba_ready(HBA_SESSION) ? HBA_EVENT_ROOM : HBA_SESSION;
    hba_u32 ready = hba_wait(message[0] != 0 ? HBA_COMPLETION_ROOM : HBA_DOORBELL | news, 0);
    if (ready & HBA_COMPLETION_ROOM) hba_post(message), zero(message, sizeof message);
    else if (ready & HBA_DOORBELL) carry_out();
    else if (ready & HBA_EVENT_ROOM) take_event();
  }
}
