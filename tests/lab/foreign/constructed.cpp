/* A key store in C++ that keeps records in memory only: objects with constructors, a virtual function, a destructor. */
extern "C" {
#include "hba_store.h"
}

static int constructions;

struct Part {
  virtual hba_u32 sector_bytes() const = 0;
};
struct Flash : Part {
  hba_u32 sector_bytes() const override { return hba_flash_geometry(HBA_SECTOR_BYTES); }
};
static Flash flash;

struct Records {
  hba_u32 used = 0;
  const Part *part = &flash;
  hba_u8 names[8] = {};
  Records() {
    constructions++;
#ifdef ENDLESS
    for (volatile int goes_on = 1; goes_on;) {}
#endif
#ifdef EARLY
    hba_flash_geometry(HBA_SECTORS);
#endif
    for (volatile int time = 0; time < 100000;) time = time + 1;
  }
  ~Records() { used = 0; }
};
static Records records;
static hba_entry scratch;

static void tell(const char *what, hba_u32 number) {
  char text[32];
  hba_u32 at = 0;
  while (*what) text[at++] = *what++;
  text[at++] = '0' + number;
  hba_log(text, at);
}

static int find(const hba_u8 *name, hba_u32 bytes) {
  for (hba_u32 at = 0; at < records.used; at++)
    if (records.names[at] == name[bytes - 1]) return at;
  return -1;
}

extern "C" {
int hba_abi() { return 1; }
void *hba_scratch() { return &scratch; }
int store_mount() {
  tell("constructions ", constructions);
  return records.part->sector_bytes() == 0 ? -1 : HBA_FORMATTED;
}
int store_put(hba_u32, const hba_u8 *name, hba_u32 name_bytes, const hba_u8 *, hba_u32) {
  if (find(name, name_bytes) < 0) records.names[records.used++] = name[name_bytes - 1];
  tell("constructions ", constructions);
  tell("records ", records.used);
  return HBA_STORED;
}
int store_remove(hba_u32, const hba_u8 *, hba_u32) { return HBA_UNCHANGED; }
int store_clear_secrets() { return HBA_UNCHANGED; }
int store_get(hba_u32, const hba_u8 *name, hba_u32 name_bytes, hba_u8 *, hba_u32) {
  return find(name, name_bytes) < 0 ? HBA_ABSENT : 0;
}
int store_entry(hba_u32, struct hba_entry *) { return -1; }
int store_capacity(hba_u32, hba_u32) { return 8; }
int store_health(hba_u32) { return 0; }
}
