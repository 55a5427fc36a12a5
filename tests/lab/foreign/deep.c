/* A key store that keeps nothing, and reads the flash DEPTH calls deep. */
#include "hba_store.h"

static struct hba_entry scratch;
static volatile int order;

/* What it does behind the call keeps one from becoming a loop. */
static __attribute__((noinline)) int deeper(int depth) {
  static hba_u8 read[4];
  if (depth == 0) return hba_flash_read(0, read, sizeof read);
  int result = deeper(depth - 1);
  order = depth;
  return result + depth;
}

int hba_abi(void) { return 1; }
void *hba_scratch(void) { return &scratch; }
int store_mount(void) {
#ifdef GROWS
  __builtin_wasm_memory_grow(0, 4);
#endif
  order = deeper(DEPTH);
  return HBA_FORMATTED;
}
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
