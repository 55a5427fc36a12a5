/* Firmware that does one thing, by the version of its image: what is wrong with it, or what it waits for. */
#include "hba_firmware.h"

static struct hba_entry scratch;
static int is_bad_entry;

int hba_abi(void) { return 1; }
void *hba_scratch(void) { return &scratch; }

int store_entry(hba_u32 cursor, struct hba_entry *out) {
  if (!is_bad_entry || cursor > 0) return -1;
  out->class_ = HBA_PRESHARED_KEY;
  out->name_bytes = out->value_bytes = 0;
  return 1;
}

static __attribute__((noinline)) void idle(void) {
  for (;;) hba_wait(0, 0);
}

static __attribute__((noinline)) void spin(void) {
  for (volatile int i = 0;; i++) {
  }
}

/* The same of code that might wait. */
static __attribute__((noinline)) void look_again(void) {
  for (volatile int i = 0;; i++)
    if (i < 0) hba_wait(0, 0);
}

int hba_main(hba_u32 version) {
  hba_u32 registers[HBA_MAILBOXES + 1];
  is_bad_entry = version == 7;
  if (version == 8) hba_boot_status(HBA_INITIALIZATION_ERROR), idle();
  hba_boot_status(HBA_COMPLETE);
  hba_link(1);
  switch (version) {
    case 1: __builtin_trap();
    case 2: spin();
    case 3: return 3;
    case 4: hba_post((hba_u32 *)((hba_u8 *)registers + 3)); break;
    case 5: hba_dma_read(0, 0, (void *)(64 * 65536 - 100), 101); break;
    case 6: hba_ike_open(0, 48); break;
    case 9: {
      hba_u32 start = hba_clock();
      hba_u32 ready = hba_wait(HBA_DOORBELL, 1000000);
      hba_u32 passed = hba_clock() - start;
      hba_log(ready == 0 && passed >= 1000000 && passed < 1000100 ? "in time" : "late", 7);
      break;
    }
    case 10:
      for (;;) hba_core_spend(1000);
    case 11: look_again();
    default: break;
  }
  idle();
  return 0;
}
