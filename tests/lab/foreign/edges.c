/* A key store that keeps nothing, and goes to the edges: its mount reads the flash DEPTH calls deep, or behind its heap,
 * or spends time for good. */
#include "hba_store.h"

static struct hba_entry scratch;

#ifdef BEYOND
extern hba_u8 __heap_base;
enum { FILLED = 7, READ_BYTES = 16, HEAP_PAGE_BYTES = 65536 };

/* Takes all memory behind its data, as allocators do, and so many pages BEYOND it; whether it stays as it was filled. */
static int reach(void) {
  volatile hba_u8 *end = (hba_u8 *)((__builtin_wasm_memory_size(0) + BEYOND) * HEAP_PAGE_BYTES);
  volatile hba_u8 *read = end - READ_BYTES;
  for (volatile hba_u8 *at = &__heap_base; at < end; at++) *at = FILLED;
  hba_flash_read(0, (hba_u8 *)read, READ_BYTES);
  for (volatile hba_u8 *at = &__heap_base; at < read; at++)
    if (*at != FILLED) return -1;
  return *read == hba_flash_geometry(HBA_ERASED_VALUE) ? HBA_FORMATTED : -1;
}
#elif defined(SPENDS)
static int reach(void) {
  for (;;) hba_core_spend(SPENDS);
}
#else
static volatile int order;

/* What it does behind the call keeps one from becoming a loop. */
static __attribute__((noinline)) int deeper(int depth) {
  static hba_u8 read[4];
  if (depth == 0) return hba_flash_read(0, read, sizeof read);
  int result = deeper(depth - 1);
  order = depth;
  return result + depth;
}

static int reach(void) {
#ifdef GROWS
  __builtin_wasm_memory_grow(0, 4);
#endif
  order = deeper(DEPTH);
  return HBA_FORMATTED;
}
#endif

int hba_abi(void) { return 1; }
void *hba_scratch(void) { return &scratch; }
int store_mount(void) { return reach(); }
int store_put(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes, const hba_u8 *value, hba_u32 value_bytes) {
  (void)class_, (void)name, (void)name_bytes, (void)value, (void)value_bytes;
  return HBA_FULL;
}
int store_remove(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes) {
  (void)class_, (void)name, (void)name_bytes;
  return HBA_UNCHANGED;
}
int store_clear_secrets(void) { return HBA_UNCHANGED; }
int store_get(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes, hba_u8 *value, hba_u32 room) {
  (void)class_, (void)name, (void)name_bytes, (void)value, (void)room;
  return HBA_ABSENT;
}
int store_entry(hba_u32 cursor, struct hba_entry *out) {
  (void)cursor, (void)out;
  return -1;
}
int store_capacity(hba_u32 others, hba_u32 bytes) {
  (void)others, (void)bytes;
  return 0;
}
int store_health(hba_u32 what) {
  (void)what;
  return 0;
}
