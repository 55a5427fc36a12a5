/* A firmware that never waits: it asks for its doorbell again and again, and answers each command with a refusal. */
#include "hba_firmware.h"

static struct hba_entry scratch;
int hba_abi(void) { return 1; }
void *hba_scratch(void) { return &scratch; }

static void pause(void) {
  for (volatile int i = 0; i < 1000; i++) {
  }
}

#ifdef BLIND
/* Nothing in here may wait: it is one moment to all others, and no doorbell rings in it. */
static __attribute__((noinline)) hba_u32 poll(void) {
  hba_u32 ready;
  while ((ready = hba_ready(HBA_DOORBELL)) == 0) pause();
  return ready;
}
#endif

int hba_main(hba_u32 version) {
  static hba_u32 command[HBA_MAILBOXES], answer[HBA_MAILBOXES];
  (void)version;
  hba_boot_status(HBA_COMPLETE);
  hba_link(1);
  for (;;) {
#ifdef BLIND
    poll();
#else
    while (hba_ready(HBA_DOORBELL) == 0) pause();
#endif
    hba_mailbox_take(command);
    answer[0] = HBA_INVALID_COMMAND;
    hba_post(answer);
    hba_log("answered", 8);
  }
}
