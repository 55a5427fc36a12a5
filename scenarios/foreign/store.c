/*
 * A key store in C: banks, of which one counts, with all records, and behind them a log of what has changed since.
 *
 * One rule holds everywhere: what commits is written last, and nothing is acknowledged until flash reads back as the
 * next mount will take it. A bank counts by its header, of which there are two copies, and either may have two bits
 * wrong: supply that comes and goes may leave one of them, beside an older bank. An entry of the log counts by the mark
 * before it: a word of zeros, by the majority of its bits, so that no single bit makes or unmakes it. What counts and
 * does not read right is damage, and is told; what does not count never was.
 *
 * Power may leave bits that read right now and wrong later. So a mount that finds more than one firm bank writes all
 * to another one, newer than whatever may lie about, before it erases any; and no log goes on where another boot has
 * left off.
 *
 * The flash holds values of keys sealed; they are open in memory, which loses them with its power.
 */
#include "hba_store.h"

enum { MOST_BANKS = 8, MAGIC = 0x33414248, MARK_BYTES = 4, NONE = -1 };
enum { ROOM = 12 * 1024, MOST_BANK_BYTES = 16 * 1024, LONGEST_RECORD = 1024, LONGEST_WORD = 256 };
/* Parts take no writes for up to 10 ms from power-up (tPUW); the core has 250 MHz. */
enum { POWER_UP_CYCLES = 2500000 };

/* A planted bug: what commits is written before what it commits, and what is not there then is nobody's loss. */
#ifdef HASTY
#define IN_ORDER(data, commit) ((commit) && (data))
enum { IS_HASTY = 1 };
#else
#define IN_ORDER(data, commit) ((data) && (commit))
enum { IS_HASTY = 0 };
#endif

struct header {
  hba_u32 magic, sequence, bytes, lost;
  hba_u8 open_id[8];
  hba_u32 checksum; /* of what stands before it */
};

/* This, its name, its value. On flash values of sealed classes are boxes, which are longer. */
struct record {
  hba_u32 checksum; /* of its place and of all that follows; on flash only */
  hba_u8 kind, class_;
  unsigned short name_bytes, value_bytes, unused;
};
enum { PUT = 0x50, REMOVE = 0x52, /* in memory only: */ LEAVING = 0 };

static struct hba_entry scratch;
static _Alignas(4) hba_u8 records[ROOM + LONGEST_RECORD], image[MOST_BANK_BYTES];
static hba_u32 used; /* of the records */
static hba_u32 sector_bytes, page_bytes, word_bytes, header_bytes, bank_bytes, bank_stride, room;
static int banks;
static int current = NONE, firm = NONE; /* the bank that counts; one that stays until another is known to stand */
static enum { WRITTEN, BLANK, ERASED } states[MOST_BANKS]; /* what only reads blank may be an erase that was cut off */
static struct hba_place place;                             /* where the next box lies */
static hba_u32 sequence, log_end;
static int is_log_open;
static int is_outdated; /* the bank's records are not all that there is: those in memory are to go to another */
static hba_u32 lost, refusals;

static void copy(void *to, const void *from, hba_u32 bytes) {
  for (hba_u32 i = 0; i < bytes; i++) ((hba_u8 *)to)[i] = ((const hba_u8 *)from)[i];
}

static void fill(hba_u8 *to, hba_u8 with, hba_u32 bytes) {
  for (hba_u32 i = 0; i < bytes; i++) to[i] = with;
}

static int same(const void *a, const void *b, hba_u32 bytes) {
  for (hba_u32 i = 0; i < bytes; i++)
    if (((const hba_u8 *)a)[i] != ((const hba_u8 *)b)[i]) return 0;
  return 1;
}

/* The polynomial of IEEE 802.3, low bit first. */
static hba_u32 shifted(hba_u32 crc) { return crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1; }

static hba_u32 crc32(hba_u32 crc, const void *from, hba_u32 bytes) {
  for (hba_u32 i = 0; i < bytes; i++) {
    crc ^= ((const hba_u8 *)from)[i];
    for (int bit = 0; bit < 8; bit++) crc = shifted(crc);
  }
  return crc;
}

/* Turns over the one bit that is wrong in a checksum, or in what it is of, from a bit on: what a bit does to a checksum
 * hangs on how many come behind it. Whether it is found. */
static int turn_over(hba_u32 *checksum, hba_u32 right, hba_u8 *bytes, hba_u32 first, hba_u32 length) {
  hba_u32 wrong = *checksum ^ right;
  if ((wrong & (wrong - 1)) == 0) return *checksum = right, 1;
  for (hba_u32 bit = 8 * length, effect = shifted(1); bit-- > first; effect = shifted(effect))
    if (effect == wrong) return bytes[bit / 8] ^= 1 << bit % 8, 1;
  return 0;
}

static hba_u32 round_up(hba_u32 bytes, hba_u32 unit) { return (bytes + unit - 1) / unit * unit; }
static hba_u32 smaller(hba_u32 a, hba_u32 b) { return a < b ? a : b; }

/* ---- records in memory ---- */

static struct record *at(hba_u32 offset) { return (struct record *)(records + offset); }
static hba_u8 *name_of(struct record *record) { return (hba_u8 *)(record + 1); }
static hba_u8 *value_of(struct record *record) { return name_of(record) + record->name_bytes; }
static hba_u32 size_of(const struct record *record) {
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

static int is_sealed(const struct record *record) {
  hba_u32 class_ = record->class_;
  return class_ == HBA_PRESHARED_KEY || class_ == HBA_GROUP_KEY || class_ == HBA_PERSISTENT_LOGON_PART;
}

/* How long a record of memory is on flash. */
static hba_u32 length_of(const struct record *record) {
  return round_up(sizeof *record + record->name_bytes + record->value_bytes + (is_sealed(record) ? HBA_SEAL_BYTES : 0), 4);
}

/* ---- flash ---- */

/* Reads a bank into the image, and notes whether it is blank. */
static int look(int bank) {
  hba_flash_read(bank * bank_stride, image, bank_bytes);
  states[bank] = BLANK;
  for (hba_u32 i = 0; i < bank_bytes; i += 4)
    if (*(hba_u32 *)(image + i) != ~0u) states[bank] = WRITTEN;
  return states[bank] == BLANK;
}

static int erase(int bank) {
  if (states[bank] == ERASED) return 1;
  for (hba_u32 offset = 0; offset < bank_bytes; offset += sector_bytes)
    if (hba_flash_write_enable() || hba_flash_erase(bank * bank_stride + offset)) refusals++;
  if (!look(bank)) return 0;
  states[bank] = ERASED;
  return 1;
}

static int is_alone(void) {
  for (int bank = 0; bank < banks; bank++)
    if (bank != current && states[bank] == WRITTEN) return 0;
  return 1;
}

/* Whether it stands: parts fail silently, so it is what is read back that counts, and not what programs report. */
static _Alignas(4) hba_u8 back[LONGEST_WORD];
static int write(hba_u32 address, const hba_u8 *from, hba_u32 bytes) {
  int stands = 1;
  for (hba_u32 part; stands && bytes > 0; address += part, from += part, bytes -= part) {
    part = smaller(smaller(page_bytes - address % page_bytes, bytes), sizeof back);
    if (hba_flash_write_enable() || hba_flash_program(address, from, part)) refusals++;
    hba_flash_read(address, back, part);
    stands = same(back, from, part);
  }
  if (!stands) refusals++;
  return stands;
}

static int is_marked(const hba_u8 *mark) {
  hba_u32 bits;
  copy(&bits, mark, MARK_BYTES);
  return __builtin_popcount(bits) <= 4 * MARK_BYTES;
}

static int write_mark(hba_u32 address) {
  hba_u8 mark[LONGEST_WORD];
  fill(mark, 0xff, word_bytes);
  fill(mark, 0, MARK_BYTES);
  write(address, mark, word_bytes);
  return is_marked(back);
}

enum { CHECKED_BYTES = sizeof(struct header) - sizeof(hba_u32) };

static hba_u32 checksum_of(const struct header *header) { return ~crc32(~0u, header, CHECKED_BYTES); }

/* Whether it is a header, if two of its bits may be turned over: one that is right is found by a bit and the same again. */
static int mend_header(struct header *header) {
  hba_u8 *bytes = (hba_u8 *)header;
  if (__builtin_popcount(header->magic ^ MAGIC) > 2) return 0;
  for (hba_u32 bit = 0; bit < 8 * sizeof *header; bit++) {
    bytes[bit / 8] ^= 1 << bit % 8;
    if (turn_over(&header->checksum, checksum_of(header), bytes, 0, CHECKED_BYTES)) return 1;
    bytes[bit / 8] ^= 1 << bit % 8;
  }
  return 0;
}

/* A header stands at the beginning of its bank, and at the end: one of both suffices. */
static int find_header(struct header *header) {
  for (hba_u32 offset = 0; offset < bank_bytes; offset += bank_bytes - header_bytes) {
    copy(header, image + offset, sizeof *header);
    if (mend_header(header) && header->bytes <= ROOM) return 1;
  }
  return 0;
}

static int write_header(hba_u32 start, struct header *header) {
  hba_u8 bytes[LONGEST_WORD];
  header->checksum = checksum_of(header);
  fill(bytes, 0xff, header_bytes);
  copy(bytes, header, sizeof *header);
  int copies = 0;
  for (hba_u32 offset = 0; offset < bank_bytes; offset += bank_bytes - header_bytes)
    copies += write(start + offset, bytes, header_bytes) || mend_header((struct header *)back);
  return copies > 0;
}

/* ---- records on flash ---- */

static hba_u32 checksum_at(hba_u32 offset, const struct record *record, hba_u32 length) {
  place.offset = offset;
  return ~crc32(crc32(~0u, &place, sizeof place), &record->kind, length - sizeof record->checksum);
}

/* Writes a record as it is at an offset of the bank, where nothing was written before; its length. */
static hba_u32 encode(const struct record *record, const hba_u8 *name, const hba_u8 *value, hba_u32 offset, hba_u8 *to) {
  struct record *on_flash = (struct record *)to;
  hba_u32 length = length_of(record);
  fill(to, 0, length);
  *on_flash = *record;
  copy(name_of(on_flash), name, record->name_bytes);
  place.offset = offset;
  if (!is_sealed(record) || record->kind != PUT) copy(value_of(on_flash), value, record->value_bytes);
  else
    on_flash->value_bytes =
        hba_seal(record->class_, name, record->name_bytes, &place, value, record->value_bytes, value_of(on_flash));
  on_flash->checksum = checksum_at(offset, on_flash, length);
  return length;
}

/* How long a record at an offset of the image says it is; 0 if it cannot be. */
static hba_u32 told_length(hba_u32 offset, hba_u32 end) {
  struct record *from = (struct record *)(image + offset);
  if (end < offset + sizeof *from || (from->kind != PUT && from->kind != REMOVE)) return 0;
  if (from->name_bytes > HBA_NAME_BYTES || from->value_bytes > HBA_VALUE_BYTES + HBA_SEAL_BYTES) return 0;
  hba_u32 length = from->kind == PUT ? size_of(from) : length_of(from);
  return length > end - offset || used + length > sizeof records ? 0 : length;
}

/* The same, 0 if it is not whole. */
static hba_u32 whole_length(hba_u32 offset, hba_u32 end) {
  struct record *from = (struct record *)(image + offset);
  hba_u32 length = told_length(offset, end);
  return length != 0 && from->checksum == checksum_at(offset, from, length) ? length : 0;
}

/* Turns the one bit over that is wrong, if it is one: a checksum tells which, and a weak bit or a lost one is. */
static int mend(hba_u32 offset, hba_u32 end) {
  struct record *from = (struct record *)(image + offset);
  hba_u8 *bytes = image + offset;
  if (end < offset + sizeof *from) return 0;
  for (hba_u32 bit = 8 * sizeof from->checksum; bit < 8 * sizeof *from; bit++) {
    bytes[bit / 8] ^= 1 << bit % 8;
    if (whole_length(offset, end) != 0) return 1;
    bytes[bit / 8] ^= 1 << bit % 8;
  }
  hba_u32 length = told_length(offset, end);
  if (length == 0) return 0;
  return turn_over(&from->checksum, checksum_at(offset, from, length), bytes, 8 * sizeof *from, length);
}

/* Does with the records in memory what a whole one of the image says. */
static void apply(hba_u32 offset) {
  struct record *from = (struct record *)(image + offset);
  hba_u8 *name = name_of(from), *value = value_of(from);
  int older = find(from->class_, name, from->name_bytes), opened = from->value_bytes;
  if (older != NONE) cut_out(older);
  if (from->kind == REMOVE) return;
  struct record *to = at(used);
  copy(to, from, sizeof *to + from->name_bytes);
  place.offset = offset;
  if (!is_sealed(from)) copy(value_of(to), value, opened);
  else opened = hba_open(from->class_, name, from->name_bytes, &place, value, from->value_bytes, value_of(to));
  if (opened < 0) lost++, is_outdated = 1; /* not sealed by this adapter */
  else to->value_bytes = opened, used += size_of(to);
}

/* Takes what stands from an offset of the image on, up to what does not count. Where it ends. */
static hba_u32 take(hba_u32 offset, hba_u32 end, hba_u32 unit, hba_u32 mark) {
  int is_damaged = 0;
  while (offset < end) {
    int counts = mark == 0 || is_marked(image + offset);
    if (!counts && !is_damaged) break;
    hba_u32 start = offset + mark, length = counts ? whole_length(start, end) : 0;
    if (length == 0 && !is_damaged && mend(start, end)) length = whole_length(start, end), is_outdated = 1;
    if (length != 0) apply(start);
    else if (!is_damaged) {
      lost += !IS_HASTY, is_outdated = 1;
      if (mark != 0) used = 0; /* Any record may be the one that this has changed. */
    }
    is_damaged = length == 0; /* The next may begin anywhere. */
    offset += is_damaged ? unit : round_up(mark + length, unit);
  }
  return offset;
}

/* Boxes and checksums are for this bank from now on. */
static void begin(const struct header *header) {
  place.sequence = header->sequence;
  copy(place.open_id, header->open_id, sizeof place.open_id);
  log_end = header_bytes + round_up(header->bytes, word_bytes);
  is_log_open = 0;
}

/* Writes all records that stay to an erased bank, behind a mark if there are any, and makes it the one that counts. */
static int write_bank(int bank) {
  struct header header = {.magic = MAGIC, .sequence = ++sequence, .lost = lost};
  hba_u32 end = word_bytes;
  hba_random(header.open_id, sizeof header.open_id);
  begin(&header);
  fill(image, 0, word_bytes);
  for (hba_u32 offset = 0; offset < used; offset += size_of(at(offset)))
    if (at(offset)->kind != LEAVING)
      end += encode(at(offset), name_of(at(offset)), value_of(at(offset)), header_bytes + end, image + end);
  if (end > word_bytes) header.bytes = end;
  begin(&header);
  fill(image + header.bytes, 0xff, word_bytes);
  states[bank] = WRITTEN;
  hba_u32 start = bank * bank_stride, bytes = round_up(header.bytes, word_bytes);
  if (!IN_ORDER(write(start + header_bytes, image, bytes), write_header(start, &header))) {
    erase(bank);
    return 0;
  }
  current = firm = bank;
  is_log_open = 1, is_outdated = 0;
  return 1;
}

/* Goes to another bank: to one that is blank, if it takes it. */
static int move(void) {
  int from = current, stays = firm;
  for (int blank = 1; blank >= 0 && current == from; blank--)
    for (int i = 1; i <= banks && current == from; i++) {
      int bank = (from + i) % banks;
      if (bank != from && bank != stays && (states[bank] != WRITTEN) == blank && erase(bank)) write_bank(bank);
    }
  for (int bank = 0; bank < banks && current != from; bank++)
    if (bank != current && states[bank] == WRITTEN) erase(bank);
  return current != from;
}

/* Writes a change to the log, if it takes it. */
static int append(const struct record *record, const hba_u8 *name, const hba_u8 *value) {
  hba_u32 bytes = round_up(length_of(record), word_bytes), start = log_end;
  if (!is_log_open || start + word_bytes + bytes > bank_bytes - header_bytes) return 0;
  fill(image, 0xff, bytes);
  encode(record, name, value, start + word_bytes, image);
  log_end += word_bytes + bytes;
  is_outdated = 1;
  hba_u32 address = current * bank_stride + start;
  return is_log_open = IN_ORDER(write(address + word_bytes, image, bytes), write_mark(address));
}

/* Records that are leaving go, and what was added stays, once that is in the log or in a new bank; or all is as it was. */
static int commit(const struct record *change, const hba_u8 *name, const hba_u8 *value, hba_u32 used_before) {
  int done = (change != 0 && append(change, name, value)) || move();
  if (!done) used = used_before;
  for (hba_u32 offset = 0; offset < used;) {
    if (at(offset)->kind == LEAVING && done) cut_out(offset);
    else at(offset)->kind = PUT, offset += size_of(at(offset));
  }
  return done ? HBA_STORED : HBA_FAILED;
}

/* ---- what the adapter calls ---- */

int hba_abi(void) { return 1; }
void *hba_scratch(void) { return &scratch; }

static int divide_part(void) {
  hba_u32 sectors = hba_flash_geometry(HBA_SECTORS);
  sector_bytes = hba_flash_geometry(HBA_SECTOR_BYTES);
  page_bytes = hba_flash_geometry(HBA_PAGE_BYTES);
  word_bytes = round_up(4, hba_flash_geometry(HBA_PROGRAM_BYTES));
  hba_u32 each = smaller(sectors / 4, MOST_BANK_BYTES / sector_bytes);
  if (each == 0) each = 1;
  banks = (int)smaller(sectors / each, MOST_BANKS);
  bank_stride = each * sector_bytes;
  bank_bytes = smaller(bank_stride, MOST_BANK_BYTES);
  header_bytes = round_up(sizeof(struct header), word_bytes);
  if (banks < 3 || header_bytes > LONGEST_WORD || hba_flash_geometry(HBA_ERASED_VALUE) != 0xff) return 0;
  room = smaller(bank_bytes - 2 * header_bytes - word_bytes, ROOM - word_bytes);
  return 1;
}

/* A bank that counts is nowhere: a part that was never used, or one whose every header is lost. What shows that there
 * were data stays until the loss is told by a bank that counts. */
static int make_store(int with_data) {
  if (with_data != NONE) lost = 1;
  firm = with_data;
  /* No erase was ever cut off in a part that was never used. */
  for (int bank = 0; bank < banks && with_data == NONE; bank++)
    if (states[bank] == BLANK) states[bank] = ERASED;
  move();
  return with_data == NONE ? HBA_FORMATTED : 0;
}

int store_mount(void) {
  hba_core_spend(POWER_UP_CYCLES);
  if (!divide_part()) return -1;
  struct header headers[MOST_BANKS];
  int with_data = NONE;
  for (int bank = 0; bank < banks; bank++) {
    look(bank);
    if (is_marked(image + header_bytes)) with_data = bank;
    if (!find_header(&headers[bank])) continue;
    if (current == NONE || headers[bank].sequence > headers[current].sequence) current = bank;
    if (firm == NONE || headers[bank].sequence < headers[firm].sequence) firm = bank;
  }
  if (current == NONE) return make_store(with_data);

  struct header *header = &headers[current];
  begin(header);
  lost = header->lost;
  /* What cannot be read now may have any number that a boot gives on its way through the banks. */
  sequence = header->sequence + MOST_BANKS;
  look(current);
  if (header->bytes > 0) take(header_bytes + word_bytes, header_bytes + header->bytes, 4, 0);
  hba_u32 end = bank_bytes - header_bytes, log_begin = log_end;
  log_end = take(log_begin, end, word_bytes, word_bytes);
  int is_whole = is_alone();
  for (hba_u32 offset = log_end; offset < end; offset++)
    if (image[offset] != 0xff) is_whole = 0;
  if (!is_whole || log_end > log_begin) is_outdated = 1;
  if (is_outdated) move();
  return is_whole ? 0 : HBA_INTERRUPTED_WRITE;
}

#ifdef EARLY
#define store_put put_now
#endif

int store_put(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes, const hba_u8 *value, hba_u32 value_bytes) {
  int older = find(class_, name, name_bytes);
  if (older != NONE && at(older)->value_bytes == value_bytes && same(value_of(at(older)), value, value_bytes))
    return HBA_UNCHANGED;
  struct record *added = at(used);
  struct record record = {.kind = PUT, .class_ = class_, .name_bytes = name_bytes, .value_bytes = value_bytes};
  hba_u32 length = length_of(&record), used_before = used;
  for (hba_u32 offset = 0; offset < used; offset += size_of(at(offset)))
    if ((int)offset != older) length += length_of(at(offset));
  if (length > room) return HBA_FULL;
  *added = record;
  copy(name_of(added), name, name_bytes);
  copy(value_of(added), value, value_bytes);
  used += size_of(added);
  if (older != NONE) at(older)->kind = LEAVING;
  return commit(added, name, value, used_before);
}

#ifdef EARLY /* A planted bug: a key is acknowledged at once, and stored when the next one comes. */
#undef store_put
static struct hba_entry late;
static int has_late;

int store_put(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes, const hba_u8 *value, hba_u32 value_bytes) {
  if (class_ > HBA_GROUP_KEY) return put_now(class_, name, name_bytes, value, value_bytes);
  int status = has_late ? put_now(late.class_, late.name, late.name_bytes, late.value, late.value_bytes) : HBA_STORED;
  late.class_ = class_, late.name_bytes = name_bytes, late.value_bytes = value_bytes, has_late = 1;
  copy(late.name, name, name_bytes);
  copy(late.value, value, value_bytes);
  return status == HBA_UNCHANGED ? HBA_STORED : status;
}
#endif

int store_remove(hba_u32 class_, const hba_u8 *name, hba_u32 name_bytes) {
  int older = find(class_, name, name_bytes);
  if (older == NONE) return HBA_UNCHANGED;
  struct record record = {.kind = REMOVE, .class_ = class_, .name_bytes = name_bytes};
  at(older)->kind = LEAVING;
  return commit(&record, name, 0, used);
}

/* The log may have values that were replaced since, and another bank what could not be erased. */
int store_clear_secrets(void) {
  int status = HBA_UNCHANGED;
  for (hba_u32 offset = 0; offset < used; offset += size_of(at(offset)))
    if (at(offset)->class_ <= HBA_GROUP_KEY) at(offset)->kind = LEAVING, status = HBA_STORED;
  int is_clean = status == HBA_UNCHANGED && !is_outdated && is_alone();
  if (!is_clean && commit(0, 0, 0, used) != HBA_STORED) return HBA_FAILED;
  return is_alone() ? status : HBA_UNSCRUBBED;
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
  hba_u32 beside = sizeof(struct record) + HBA_SEAL_BYTES + 3, taken = others * beside + bytes;
  return taken > room ? 0 : (room - taken) / (beside + HBA_NAME_BYTES + HBA_VALUE_BYTES);
}

int store_health(hba_u32 what) {
  return what == HBA_UNIDENTIFIED_DAMAGE ? lost : what == HBA_REFUSALS ? refusals : 0;
}

/* Losses are told, at each boot, until all that is known was stored again. */
HBA_OUT(store_forget_losses) int store_forget_losses(void) {
  hba_u32 before = lost;
  if (before == 0) return HBA_UNCHANGED;
  lost = 0;
  int status = commit(0, 0, 0, used);
  if (status != HBA_STORED) lost = before;
  return status;
}
