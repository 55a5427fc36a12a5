/*
 * A key store in C: three banks, of which one holds everything, and a log of what has changed since it was written.
 *
 * A bank gets all records, and its header last, in one program of one word or page: until that is whole, the bank
 * before counts. Values that are put go to the log behind, as long as it has room. Power may leave bits of a header or
 * of the last entry that read right now and wrong later, so a mount trusts what it has found only after it has written
 * it once more, to another bank, and erased all others; and no log goes on where another boot has left off.
 *
 * The flash holds values of keys sealed; they are open in memory, which loses them with its power.
 */
#include "hba_store.h"

enum { BANKS = 3, MAGIC = 0x32414248, ENTRY_MAGIC = 0x474f4c48, ROOM = 12 * 1024, NONE = -1 };
/* Data begins with these, so that a bank with a header that was cut off never reads blank. */
enum { START_BYTES = 4 };
/* As long as the longest word. */
enum { LONGEST_HEADER = 256 };
/* Of a log: a record of the largest size, sealed, with what stands before it. */
enum { LONGEST_ENTRY = 1024 };
/* Parts take no writes for up to 10 ms from power-up (tPUW); the core has 250 MHz. */
enum { POWER_UP_CYCLES = 2500000 };

struct header {
  hba_u32 magic, sequence, bytes, checksum;
  hba_u8 open_id[8];
  hba_u32 itself, unused; /* a checksum of what stands before it */
};

/* Before each record of a log. */
struct entry {
  hba_u32 magic, bytes, checksum; /* of the record behind it */
};

/* A record in memory: this, its name, its value. On flash values of sealed classes are longer. */
struct record {
  hba_u32 class_, name_bytes, value_bytes;
};

static struct hba_entry scratch;
static _Alignas(4) hba_u8 records[ROOM], kept[ROOM], image[ROOM];
static hba_u32 used, kept_bytes;
static hba_u32 sector_bytes, bank_bytes, page_bytes, word_bytes, room;
static hba_u32 sequence;
static int current = NONE;
static hba_u32 log_end;
static int is_log_open;   /* its bank was written by this boot, and so was all of the log */
static int is_log_used;
static int erased[BANKS]; /* by this boot, and not written since */
static hba_u32 lost, refusals;
static struct hba_place place; /* of the current bank */

static void copy(void *to, const void *from, hba_u32 bytes) {
  for (hba_u32 i = 0; i < bytes; i++) ((hba_u8 *)to)[i] = ((const hba_u8 *)from)[i];
}

static int same(const void *a, const void *b, hba_u32 bytes) {
  for (hba_u32 i = 0; i < bytes; i++)
    if (((const hba_u8 *)a)[i] != ((const hba_u8 *)b)[i]) return 0;
  return 1;
}

static hba_u32 crc32(const void *from, hba_u32 bytes) {
  hba_u32 crc = ~0u;
  for (hba_u32 i = 0; i < bytes; i++) {
    crc ^= ((const hba_u8 *)from)[i];
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
  }
  return ~crc;
}

static hba_u32 round_up(hba_u32 bytes, hba_u32 unit) { return (bytes + unit - 1) / unit * unit; }
static hba_u32 data_offset(void) { return round_up(sizeof(struct header), word_bytes); }
static int is_sealed(hba_u32 class_) {
  return class_ == HBA_PRESHARED_KEY || class_ == HBA_GROUP_KEY || class_ == HBA_PERSISTENT_LOGON_PART;
}
static int is_secret(hba_u32 class_) { return class_ <= HBA_GROUP_KEY; }

static struct record *at(hba_u32 offset) { return (struct record *)(records + offset); }
static hba_u8 *name_of(struct record *record) { return (hba_u8 *)(record + 1); }
static hba_u8 *value_of(struct record *record) { return name_of(record) + record->name_bytes; }
static hba_u32 size_of(struct record *record) {
  return round_up(sizeof *record + record->name_bytes + record->value_bytes, 4);
}

static int find(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes) {
  for (hba_u32 offset = 0; offset < used; offset += size_of(at(offset)))
    if (at(offset)->class_ == class_ && at(offset)->name_bytes == name_bytes && same(name_of(at(offset)), name, name_bytes))
      return (int)offset;
  return NONE;
}

static void cut_out(hba_u32 offset) {
  hba_u32 size = size_of(at(offset));
  copy(records + offset, records + offset + size, used - offset - size);
  used -= size;
}

/* ---- flash ---- */

static int is_blank(int bank) {
  for (hba_u32 offset = 0; offset < bank_bytes; offset += sizeof image) {
    hba_u32 bytes = bank_bytes - offset < sizeof image ? bank_bytes - offset : sizeof image;
    hba_flash_read(bank * bank_bytes + offset, image, bytes);
    for (hba_u32 i = 0; i < bytes; i += 4)
      if (*(hba_u32 *)(image + i) != ~0u) return 0;
  }
  return 1;
}

/* What only reads blank may be an erase that was cut off, whose bits fall back: it is erased before it is used. */
static int erase(int bank) {
  if (erased[bank]) return 1;
  for (hba_u32 offset = 0; offset < bank_bytes; offset += sector_bytes)
    if (hba_flash_write_enable() || hba_flash_erase(bank * bank_bytes + offset)) refusals++;
  return erased[bank] = is_blank(bank);
}

/* Erases all banks but one. */
static int erase_others(int bank) {
  int done = 1;
  for (int other = 0; other < BANKS; other++)
    if (other != bank && !erase(other)) done = 0;
  return done;
}

static int program(hba_u32 address, const hba_u8 *from, hba_u32 bytes) {
  while (bytes > 0) {
    hba_u32 part = page_bytes - address % page_bytes;
    if (part > bytes) part = bytes;
    if (hba_flash_write_enable() || hba_flash_program(address, from, part)) return 0;
    address += part, from += part, bytes -= part;
  }
  return 1;
}

/* What programs report is not enough: parts have silent failures, so all is read back. */
static int program_checked(hba_u32 address, hba_u8 *from, hba_u32 bytes) {
  hba_u32 checksum = crc32(from, bytes);
  int done = program(address, from, bytes);
  hba_flash_read(address, from, bytes);
  if (done && crc32(from, bytes) == checksum) return 1;
  refusals++;
  return 0;
}

/* How long a record is on flash. */
static hba_u32 length_of(const struct record *record) {
  hba_u32 sealed = is_sealed(record->class_) ? HBA_SEAL_BYTES : 0;
  return round_up(sizeof *record + record->name_bytes + record->value_bytes + sealed, 4);
}

static hba_u32 length_of_all(void) {
  hba_u32 length = START_BYTES;
  for (hba_u32 offset = 0; offset < used; offset += size_of(at(offset))) length += length_of(at(offset));
  return length;
}

/* Writes a record as it is on flash, at a place of the current bank that has had none; its length. */
static hba_u32 encode(const struct record *record, const hba_u8 *name, const hba_u8 *value, hba_u32 offset, hba_u8 *to) {
  struct record on_flash = *record;
  hba_u8 *box = to + sizeof on_flash + record->name_bytes;
  place.offset = offset;
  if (!is_sealed(record->class_)) copy(box, value, record->value_bytes);
  else
    on_flash.value_bytes =
        hba_seal(record->class_, name, record->name_bytes, &place, value, record->value_bytes, box);
  copy(to, &on_flash, sizeof on_flash);
  copy(to + sizeof on_flash, name, record->name_bytes);
  return length_of(record);
}

/* Takes a record from flash to the end of those in memory; its length on flash, 0 if it is none. */
static hba_u32 decode(const hba_u8 *bytes, hba_u32 offset) {
  struct record *from = (struct record *)bytes, *to = at(used);
  hba_u8 *name = name_of(from), *value = name + from->name_bytes;
  if (from->name_bytes > HBA_NAME_BYTES || from->value_bytes > HBA_VALUE_BYTES + HBA_SEAL_BYTES) return 0;
  hba_u32 length = round_up(sizeof *from + from->name_bytes + from->value_bytes, 4);
  if (used + length > sizeof records) return 0;
  int older = find(from->class_, name, from->name_bytes);
  if (older != NONE) cut_out(older), to = at(used);
  copy(to, from, sizeof *to + from->name_bytes);
  place.offset = offset;
  int opened = from->value_bytes;
  if (!is_sealed(from->class_)) copy(value_of(to), value, opened);
  else opened = hba_open(from->class_, name, from->name_bytes, &place, value, from->value_bytes, value_of(to));
  if (opened < 0) lost++; /* not sealed by this adapter */
  else to->value_bytes = opened, used += size_of(to);
  return length;
}

/* The header alone makes a bank count: it is one program, within a page. */
static int write_header(hba_u32 start, const struct header *header) {
  static hba_u8 bytes[LONGEST_HEADER];
  for (hba_u32 i = 0; i < data_offset(); i++) bytes[i] = 0xff;
  copy(bytes, header, sizeof *header);
  return program_checked(start, bytes, data_offset());
}

/* Seals and opens are for this bank from now on, and its log is empty. */
static void begin(const struct header *header) {
  place.sequence = header->sequence;
  copy(place.open_id, header->open_id, sizeof place.open_id);
  log_end = data_offset() + round_up(header->bytes, word_bytes);
  is_log_open = 0;
}

/* Writes all records to an empty bank, and makes it the current one. */
static int write_bank(int bank) {
  struct header header = {.magic = MAGIC, .sequence = sequence + 1, .unused = ~0u};
  header.bytes = length_of_all();
  if (header.bytes > room) return HBA_FULL;
  hba_random(header.open_id, sizeof header.open_id);
  begin(&header);
  for (hba_u32 i = 0; i < START_BYTES; i++) image[i] = 0;
  for (hba_u32 offset = 0, end = START_BYTES; offset < used; offset += size_of(at(offset)))
    end += encode(at(offset), name_of(at(offset)), value_of(at(offset)), end, image + end);
  hba_u32 padded = round_up(header.bytes, word_bytes);
  for (hba_u32 i = header.bytes; i < padded; i++) image[i] = 0xff;
  header.checksum = crc32(image, header.bytes);
  header.itself = crc32(&header, (hba_u32)((hba_u8 *)&header.itself - (hba_u8 *)&header));
  hba_u32 start = bank * bank_bytes;
  erased[bank] = 0;
#ifdef HASTY /* A planted bug: the bank counts before its data is there, and nobody looks whether it is. */
  if (!write_header(start, &header)) return HBA_FAILED;
  if (!program_checked(start + data_offset(), image, padded)) return HBA_FAILED;
#else
  if (!program_checked(start + data_offset(), image, padded)) return HBA_FAILED;
  if (!write_header(start, &header)) return HBA_FAILED;
#endif
  sequence++;
  current = bank;
  is_log_open = 1, is_log_used = 0;
  return HBA_STORED;
}

/* Writes a value behind the bank's records; false if the log has no room for it, or the part does not take it. */
static int append(const struct record *record, const hba_u8 *name, const hba_u8 *value) {
  struct entry *entry = (struct entry *)image;
  hba_u32 padded = round_up(sizeof *entry + length_of(record), word_bytes);
  if (!is_log_open || log_end + padded > bank_bytes) return 0;
  for (hba_u32 i = 0; i < padded; i++) image[i] = 0xff;
  entry->magic = ENTRY_MAGIC;
  entry->bytes = encode(record, name, value, log_end, image + sizeof *entry);
  entry->checksum = crc32(image + sizeof *entry, entry->bytes);
  /* What was not taken whole may yet be read whole: nothing is written behind it. */
  is_log_used = 1;
  is_log_open = program_checked(current * bank_bytes + log_end, image, padded);
  log_end += padded;
  return is_log_open;
}

/* The entry at a place of the image; 0 if none is whole there. */
static struct entry *entry_at(hba_u32 offset, hba_u32 bytes) {
  struct entry *entry = (struct entry *)(image + offset);
  if (bytes - offset < sizeof *entry || entry->magic != ENTRY_MAGIC) return 0;
  if (entry->bytes > LONGEST_ENTRY - sizeof *entry || entry->bytes > bytes - offset - sizeof *entry) return 0;
#ifndef HASTY
  if (entry->checksum != crc32(image + offset + sizeof *entry, entry->bytes)) return 0;
#endif
  return entry;
}

/* Takes what the log of the current bank has; whether it ends in a write that was cut off. */
static int replay_log(void) {
  int skipped = 0;
  is_log_used = 0;
  while (log_end < bank_bytes) {
    hba_u32 bytes = bank_bytes - log_end < sizeof image ? bank_bytes - log_end : sizeof image, offset = 0;
    int is_last = bytes == bank_bytes - log_end;
    hba_flash_read(current * bank_bytes + log_end, image, bytes);
    /* An entry that may be cut off by the end of the image is looked at with the next part. */
    while (offset < bytes && (is_last || bytes - offset >= LONGEST_ENTRY)) {
      struct entry *entry = entry_at(offset, bytes);
      if (entry != 0 && decode(image + offset + sizeof *entry, log_end + offset) != 0) {
        /* What lies before a whole entry was one: only the last can be a write that was cut off. */
        if (skipped) lost++;
        skipped = 0, is_log_used = 1;
        offset += round_up(sizeof *entry + entry->bytes, word_bytes);
        continue;
      }
      hba_u32 next = offset + round_up(4, word_bytes);
      for (; offset < next && offset < bytes; offset++)
        if (image[offset] != 0xff) skipped = is_log_used = 1;
    }
    log_end += offset;
  }
  return skipped;
}

/* Reads a bank into the image. A header is written when all else is: behind a whole one, data that is not is damaged. */
enum { NOTHING, WHOLE, BROKEN };
static int read_bank(int bank, struct header *header) {
  hba_flash_read(bank * bank_bytes, header, sizeof *header);
  if (header->magic != MAGIC || header->bytes > room) return NOTHING;
  if (header->itself != crc32(header, (hba_u32)((hba_u8 *)&header->itself - (hba_u8 *)header))) return NOTHING;
  hba_flash_read(bank * bank_bytes + data_offset(), image, header->bytes);
#ifdef HASTY
  return WHOLE;
#else
  return crc32(image, header->bytes) == header->checksum ? WHOLE : BROKEN;
#endif
}

/* The change is in memory: it comes to flash, or is taken back. */
static int commit(void) {
  int bank = (current + 1) % BANKS;
  int status = erase_others(current) ? write_bank(bank) : HBA_FAILED;
  if (status != HBA_STORED) {
    erase(bank); /* what was written of it must not count at the next mount */
    copy(records, kept, kept_bytes);
    used = kept_bytes;
  }
  for (hba_u32 i = 0; i < kept_bytes; i++) kept[i] = 0;
  return status;
}

static void keep(void) {
  copy(kept, records, used);
  kept_bytes = used;
}

/* ---- what the adapter calls ---- */

int hba_abi(void) { return 1; }
void *hba_scratch(void) { return &scratch; }

int store_mount(void) {
  hba_core_spend(POWER_UP_CYCLES);
  sector_bytes = hba_flash_geometry(HBA_SECTOR_BYTES);
  page_bytes = hba_flash_geometry(HBA_PAGE_BYTES);
  word_bytes = hba_flash_geometry(HBA_PROGRAM_BYTES);
  bank_bytes = hba_flash_geometry(HBA_SECTORS) / BANKS * sector_bytes;
  if (bank_bytes == 0 || data_offset() > LONGEST_HEADER || hba_flash_geometry(HBA_ERASED_VALUE) != 0xff) return -1;
  room = bank_bytes - data_offset() < ROOM ? bank_bytes - data_offset() : ROOM;

  struct header headers[BANKS];
  int content[BANKS], wholes = 0;
  for (int bank = 0; bank < BANKS; bank++) {
    content[bank] = read_bank(bank, &headers[bank]);
    wholes += content[bank] == WHOLE;
  }
  int found;
  for (;;) {
    found = NONE;
    for (int bank = 0; bank < BANKS; bank++)
      if (content[bank] == WHOLE && (found == NONE || headers[bank].sequence > headers[found].sequence)) found = bank;
    /* What read right once need not do so again. */
    if (found == NONE || (content[found] = read_bank(found, &headers[found])) == WHOLE) break;
  }
  if (found == NONE) {
    /* The first bank alone, without a header, is a store that was being made. */
    for (int bank = 1; bank < BANKS; bank++)
      if (!is_blank(bank)) lost++, erase(bank);
    lost += content[0] == BROKEN;
    return erase(0) && write_bank(0) == HBA_STORED ? HBA_FORMATTED : -2;
  }
  begin(&headers[found]);
  sequence = headers[found].sequence;
  current = found;
  used = 0;
  for (hba_u32 offset = START_BYTES, length; offset < headers[found].bytes; offset += length)
    if ((length = decode(image + offset, offset)) == 0) {
      lost++;
      break;
    }
  int interrupted = replay_log();

  int a = (found + 1) % BANKS, b = (found + 2) % BANKS;
  if (wholes == 1 && !is_log_used) {
    /* Nothing is erased before what is newer is firm: what stands alone is. Others may be a write that was cut off. */
    if (!is_blank(a)) interrupted = 1, erase(a);
    if (!is_blank(b)) interrupted = 1, erase(b);
    return interrupted ? HBA_INTERRUPTED_WRITE : 0;
  }
  /* The newest may be a write that was cut off. The oldest is firm, whatever happened since: it goes last. */
  int target = content[a] == WHOLE && (content[b] != WHOLE || headers[b].sequence > headers[a].sequence) ? b : a;
  if (erase(target) && write_bank(target) == HBA_STORED) erase_others(target);
  return interrupted ? HBA_INTERRUPTED_WRITE : 0;
}

#ifdef EARLY
#define store_put put_now
#endif

int store_put(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes, const hba_u8 *value, hba_u32 value_bytes) {
  int offset = find(class_, name, name_bytes);
  if (offset != NONE && at(offset)->value_bytes == value_bytes && same(value_of(at(offset)), value, value_bytes))
    return HBA_UNCHANGED;
  struct record record = {class_, name_bytes, value_bytes};
  hba_u32 replaced = offset == NONE ? 0 : length_of(at(offset));
  if (used + size_of(&record) > sizeof records) return HBA_FULL;
  if (length_of_all() - replaced + length_of(&record) > room) return HBA_FULL;
  int is_appended = append(&record, name, value);
  if (!is_appended) keep();
  if (offset != NONE) cut_out(offset);
  struct record *added = at(used);
  *added = record;
  copy(name_of(added), name, name_bytes);
  copy(value_of(added), value, value_bytes);
  used += size_of(added);
  return is_appended ? HBA_STORED : commit();
}

#ifdef EARLY /* A planted bug: a key is acknowledged at once, and stored when the next one comes. */
#undef store_put
static struct hba_entry late;
static int has_late;

int store_put(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes, const hba_u8 *value, hba_u32 value_bytes) {
  if (!is_secret(class_)) return put_now(class_, name, name_bytes, value, value_bytes);
  int status = has_late ? put_now(late.class_, late.name, late.name_bytes, late.value, late.value_bytes) : HBA_STORED;
  late.class_ = class_, late.name_bytes = name_bytes, late.value_bytes = value_bytes, has_late = 1;
  copy(late.name, name, name_bytes);
  copy(late.value, value, value_bytes);
  return status == HBA_UNCHANGED ? HBA_STORED : status;
}
#endif

int store_remove(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes) {
  int offset = find(class_, name, name_bytes);
  if (offset == NONE) return HBA_UNCHANGED;
  keep();
  cut_out(offset);
  return commit();
}

int store_clear_secrets(void) {
  keep();
  for (hba_u32 offset = 0; offset < used;)
    if (is_secret(at(offset)->class_)) cut_out(offset);
    else offset += size_of(at(offset));
  /* The log may have values that were replaced since. */
  int is_unchanged = used == kept_bytes, status = is_unchanged && !is_log_used ? HBA_UNCHANGED : commit();
  if (status == HBA_STORED && is_unchanged) status = HBA_UNCHANGED;
  if (status != HBA_STORED && status != HBA_UNCHANGED) return status;
  return erase_others(current) ? status : HBA_UNSCRUBBED;
}

int store_get(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes, hba_u8 *value, hba_u32 space) {
  int offset = find(class_, name, name_bytes);
  if (offset == NONE) return HBA_ABSENT;
  if (at(offset)->value_bytes > space) return HBA_DAMAGED;
  copy(value, value_of(at(offset)), at(offset)->value_bytes);
  return at(offset)->value_bytes;
}

int store_entry(hba_u32 cursor, struct hba_entry *out) {
  if (cursor >= used) return -1;
  struct record *record = at(cursor);
  out->class_ = record->class_, out->name_bytes = record->name_bytes, out->value_bytes = record->value_bytes;
  copy(out->name, name_of(record), record->name_bytes);
  copy(out->value, value_of(record), record->value_bytes);
  return cursor + size_of(record);
}

/* Any record may be sealed, and ends at a multiple of four. */
int store_capacity(hba_u32 others, hba_u32 bytes) {
  hba_u32 beside = sizeof(struct record) + HBA_SEAL_BYTES + 3;
  hba_u32 taken = START_BYTES + others * beside + bytes;
  return taken > room ? 0 : (room - taken) / (beside + HBA_NAME_BYTES + HBA_VALUE_BYTES);
}

int store_health(hba_u32 what) {
  return what == HBA_UNIDENTIFIED_DAMAGE ? lost : what == HBA_REFUSALS ? refusals : 0;
}

/* Losses are told until all that is known was stored again. */
HBA_OUT(store_forget_losses) int store_forget_losses(void) {
  if (lost == 0) return HBA_UNCHANGED;
  lost = 0;
  return HBA_STORED;
}
