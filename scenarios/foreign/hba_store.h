/*
 * What a key store gives to, and takes from, the simulated adapter. ABI version 1.
 *
 * One call is made at a time. All numbers are little-endian, as WebAssembly has them.
 */
#ifndef HBA_STORE_H
#define HBA_STORE_H

typedef unsigned char hba_u8;
typedef unsigned int hba_u32;

#define HBA_IN(name) __attribute__((import_module("hba"), import_name(#name)))
#define HBA_OUT(name) __attribute__((export_name(#name), used))

/* What came of a change. */
enum {
  HBA_STORED = 0,     /* it is on flash */
  HBA_UNCHANGED = 1,  /* the store already was as asked */
  HBA_FULL = 2,       /* no room; nothing has changed */
  HBA_FAILED = 3,     /* the part did not take it; nothing has changed */
  HBA_UNSCRUBBED = 4, /* secrets are gone, but a sector that held some could not be erased */
  HBA_CORRUPTED = 5   /* the content cannot be trusted; nothing has changed */
};

/* What store_get answers instead of a length. */
enum { HBA_ABSENT = -1, HBA_DAMAGED = -2 };

/* Bits of what store_mount answers; a negative answer is a failure. */
enum { HBA_FORMATTED = 1, HBA_INTERRUPTED_WRITE = 2, HBA_DOUBTFUL_WRITE = 4 };

/* Classes of records. Of keys (0, 1) and sealed ones (5) values lie sealed on flash; clearing removes 0 and 1. */
enum {
  HBA_PRESHARED_KEY = 0,
  HBA_GROUP_KEY = 1,
  HBA_TUNNEL_ADDRESS = 2,
  HBA_GENERATIONAL_GUID = 3,
  HBA_PERSISTENT_LOGON = 4,
  HBA_PERSISTENT_LOGON_PART = 5
};

enum { HBA_NAME_BYTES = 272, HBA_VALUE_BYTES = 512, HBA_SEAL_BYTES = 12 };
#define HBA_DAMAGED_VALUE 0xffffffffu

/* What store_entry tells, and where arguments are handed over. */
struct hba_entry {
  hba_u32 class_;
  hba_u32 name_bytes;
  hba_u32 value_bytes; /* HBA_DAMAGED_VALUE: its value was damaged */
  hba_u8 name[HBA_NAME_BYTES];
  hba_u8 value[HBA_VALUE_BYTES];
};

/* Where a sealed value lies: no two values may ever share a place, for its nonce is made of it. */
struct hba_place {
  hba_u8 open_id[8]; /* random, anew whenever a sector or bank is begun */
  hba_u32 sequence;
  hba_u32 offset;
  hba_u32 slot;
};

/* These may suspend: time passes, and power may go in them. 0 is done, -1 failed. */
HBA_IN(flash_read) int hba_flash_read(hba_u32 address, void *to, hba_u32 bytes);
HBA_IN(flash_write_enable) int hba_flash_write_enable(void);
HBA_IN(flash_program) int hba_flash_program(hba_u32 address, const void *from, hba_u32 bytes); /* within a page */
HBA_IN(flash_erase) int hba_flash_erase(hba_u32 address);                                      /* one sector */
HBA_IN(flash_status) int hba_flash_status(void);
HBA_IN(core_spend) void hba_core_spend(hba_u32 cycles); /* 10^9 without another of these are a loop without end */

/* These never do. */
enum { HBA_SECTOR_BYTES = 0, HBA_SECTORS = 1, HBA_PAGE_BYTES = 2, HBA_PROGRAM_BYTES = 3, HBA_ERASED_VALUE = 4 };
HBA_IN(flash_geometry) hba_u32 hba_flash_geometry(hba_u32 what);
HBA_IN(random) void hba_random(void *to, hba_u32 bytes);
HBA_IN(log) void hba_log(const char *text, hba_u32 bytes);
/* The box is 12 bytes longer than the value; open answers the value's length, or -1: not sealed for this place. */
HBA_IN(seal)
int hba_seal(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes, const struct hba_place *place,
             const hba_u8 *value, hba_u32 value_bytes, hba_u8 *box);
HBA_IN(open)
int hba_open(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes, const struct hba_place *place,
             const hba_u8 *box, hba_u32 box_bytes, hba_u8 *value);

/* The module gives these. */
HBA_OUT(hba_abi) int hba_abi(void);           /* 1 */
HBA_OUT(hba_scratch) void *hba_scratch(void); /* room for one struct hba_entry */
HBA_OUT(store_mount) int store_mount(void);
HBA_OUT(store_put)
int store_put(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes, const hba_u8 *value, hba_u32 value_bytes);
HBA_OUT(store_remove) int store_remove(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes);
HBA_OUT(store_clear_secrets) int store_clear_secrets(void);
HBA_OUT(store_get)
int store_get(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes, hba_u8 *value, hba_u32 room);
HBA_OUT(store_entry) int store_entry(hba_u32 cursor, struct hba_entry *out); /* the next cursor; -1 at the end */
/*
 * These two only look, and call no import: they may be asked while another call waits in one.
 *
 * How many records of the largest size fit beside so many others, whose names and values have so many bytes:
 */
HBA_OUT(store_capacity) int store_capacity(hba_u32 others, hba_u32 bytes);
enum { HBA_UNIDENTIFIED_DAMAGE = 1, HBA_REFUSALS = 2, HBA_DUPLICATES = 3, HBA_RETIRED_SECTORS = 4 };
HBA_OUT(store_health) int store_health(hba_u32 what);
/* May be left out: HBA_OUT(store_forget_losses) int store_forget_losses(void); */

#endif
