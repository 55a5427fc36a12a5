//! A key store in Rust, without a library: banks, of which the newest counts, each with all records.
//!
//! A change is written to another bank: its records, and then its header, of which there are two copies, and either may
//! have two bits wrong. Nothing is acknowledged until flash reads back as the next mount will take it. A bank is erased
//! when one that is newer is known to stand; what a mount finds beside its bank it writes anew, for it may read wrong
//! later. What `hba_store.h` says in C stands here.
#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

mod hba {
    #[link(wasm_import_module = "hba")]
    extern "C" {
        pub fn flash_read(address: u32, to: *mut u8, bytes: u32) -> i32;
        pub fn flash_write_enable() -> i32;
        pub fn flash_program(address: u32, from: *const u8, bytes: u32) -> i32;
        pub fn flash_erase(address: u32) -> i32;
        pub fn flash_geometry(what: u32) -> u32;
        pub fn random(to: *mut u8, bytes: u32);
        pub fn seal(class: u32, name: *const u8, name_bytes: u32, place: *const super::Place, value: *const u8, value_bytes: u32, to: *mut u8) -> i32;
        pub fn open(class: u32, name: *const u8, name_bytes: u32, place: *const super::Place, from: *const u8, bytes: u32, value: *mut u8) -> i32;
    }
}

const STORED: i32 = 0;
const UNCHANGED: i32 = 1;
const FULL: i32 = 2;
const FAILED: i32 = 3;
const UNSCRUBBED: i32 = 4;
const NAME_BYTES: usize = 272;
const VALUE_BYTES: usize = 512;
const SEAL_BYTES: usize = 12;

const ROOM: usize = 12 * 1024;
const LONGEST_WORD: usize = 256;
const MOST_BANKS: usize = 8;
const MAGIC: u32 = 0x3152_4248;
/// Of a header: magic, sequence, bytes, losses, open id, checksum.
const HEADER_BYTES: usize = 28;
const CHECKED_BYTES: usize = 24;
/// So many bits of it may be.
const MOST_WRONG: u32 = 2;
/// Before each record: checksum, class, lengths of name and value.
const HEAD_BYTES: usize = 16;

#[repr(C)]
pub struct Place {
    open_id: [u8; 8],
    sequence: u32,
    offset: u32,
    slot: u32,
}

#[repr(C)]
pub struct Entry {
    class: u32,
    name_bytes: u32,
    value_bytes: u32,
    name: [u8; NAME_BYTES],
    value: [u8; VALUE_BYTES],
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Written,
    /// It reads so, which an erase may that was cut off.
    Blank,
    Erased,
}

#[derive(Clone, Copy)]
struct Header {
    sequence: u32,
    bytes: usize,
    lost: u32,
    open_id: [u8; 8],
}

/// Records in memory: each a head, without its checksum, name, value.
struct Records {
    bytes: [u8; ROOM],
    used: usize,
}

struct Store {
    scratch: Entry,
    records: Records,
    kept: Records,
    image: [u8; ROOM + 2 * LONGEST_WORD],
    place: Place,
    states: [State; MOST_BANKS],
    banks: usize,
    /// The bank that counts, and the one that stays until a newer one is known to stand.
    current: Option<usize>,
    firm: Option<usize>,
    sequence: u32,
    lost: u32,
    refusals: u32,
    sector: usize,
    page: usize,
    word: usize,
    header: usize,
    stride: usize,
    bank: usize,
}

static mut STORE: Store = Store {
    scratch: Entry { class: 0, name_bytes: 0, value_bytes: 0, name: [0; NAME_BYTES], value: [0; VALUE_BYTES] },
    records: Records { bytes: [0; ROOM], used: 0 },
    kept: Records { bytes: [0; ROOM], used: 0 },
    image: [0; ROOM + 2 * LONGEST_WORD],
    place: Place { open_id: [0; 8], sequence: 0, offset: 0, slot: 0 },
    states: [State::Written; MOST_BANKS],
    banks: 0,
    current: None,
    firm: None,
    sequence: 0,
    lost: 0,
    refusals: 0,
    sector: 0,
    page: 0,
    word: 0,
    header: 0,
    stride: 0,
    bank: 0,
};

/// One call is made at a time.
fn store() -> &'static mut Store {
    unsafe { &mut *core::ptr::addr_of_mut!(STORE) }
}

fn round_up(bytes: usize, unit: usize) -> usize {
    (bytes + unit - 1) / unit * unit
}

fn word_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes([bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3]])
}

fn put_word(bytes: &mut [u8], offset: usize, value: u32) {
    bytes[offset..offset + 4].copy_from_slice(&value.to_le_bytes());
}

/// CRC-32 of IEEE 802.3, to be gone on with.
fn crc32(mut crc: u32, bytes: &[u8]) -> u32 {
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = shifted(crc);
        }
    }
    crc
}

fn shifted(crc: u32) -> u32 {
    if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }
}

/// Turns over one bit or two of what was a header, if it is one then.
#[inline(never)]
fn mend_header(bytes: &mut [u8]) -> bool {
    if (word_at(bytes, 0) ^ MAGIC).count_ones() > MOST_WRONG {
        return false;
    }
    // One that is right is found by turning a bit over, and back.
    for bit in 0..8 * HEADER_BYTES {
        bytes[bit / 8] ^= 1 << (bit % 8);
        let right = crc32(!0, &bytes[..CHECKED_BYTES]);
        let wrong = right ^ word_at(bytes, CHECKED_BYTES);
        if wrong & wrong.wrapping_sub(1) == 0 {
            put_word(bytes, CHECKED_BYTES, right);
            return true;
        }
        // What a bit does to a checksum hangs on how many come behind it.
        let mut effect = 1;
        for other in (0..8 * CHECKED_BYTES).rev() {
            effect = shifted(effect);
            if effect == wrong {
                bytes[other / 8] ^= 1 << (other % 8);
                return true;
            }
        }
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    false
}

fn is_sealed(class: u32) -> bool {
    class == 0 || class == 1 || class == 5
}

/// Of a record: where its name begins, where its value does, where it ends.
fn parts(bytes: &[u8], offset: usize) -> (usize, usize, usize) {
    let name = offset + HEAD_BYTES;
    let value = name + word_at(bytes, offset + 8) as usize;
    (name, value, value + word_at(bytes, offset + 12) as usize)
}

impl Records {
    fn next(&self, offset: usize) -> usize {
        round_up(parts(&self.bytes, offset).2, 4)
    }

    fn find(&self, class: u32, wanted: &[u8]) -> Option<usize> {
        let mut offset = 0;
        while offset < self.used {
            let (name, value, _) = parts(&self.bytes, offset);
            if word_at(&self.bytes, offset + 4) == class && &self.bytes[name..value] == wanted {
                return Some(offset);
            }
            offset = self.next(offset);
        }
        None
    }

    fn cut_out(&mut self, offset: usize) {
        let next = self.next(offset);
        self.bytes.copy_within(next..self.used, offset);
        self.used -= next - offset;
    }

    /// Room for a record's value, behind all others.
    fn add(&mut self, class: u32, name: &[u8], value_bytes: usize) -> &mut [u8] {
        let offset = self.used;
        put_word(&mut self.bytes, offset + 4, class);
        put_word(&mut self.bytes, offset + 8, name.len() as u32);
        put_word(&mut self.bytes, offset + 12, value_bytes as u32);
        let (at, value, end) = parts(&self.bytes, offset);
        self.bytes[at..value].copy_from_slice(name);
        self.used = round_up(end, 4);
        &mut self.bytes[value..end]
    }

    /// How long all of them are on flash.
    fn length(&self) -> usize {
        let (mut offset, mut length) = (0, 0);
        while offset < self.used {
            let box_bytes = if is_sealed(word_at(&self.bytes, offset + 4)) { SEAL_BYTES } else { 0 };
            length += round_up(parts(&self.bytes, offset).2 - offset + box_bytes, 4);
            offset = self.next(offset);
        }
        length
    }
}

impl Store {
    fn read(&mut self, address: usize, bytes: usize) {
        unsafe { hba::flash_read(address as u32, self.image.as_mut_ptr(), bytes as u32) };
    }

    fn look(&mut self, bank: usize) {
        self.states[bank] = State::Blank;
        let mut offset = 0;
        while offset < self.bank {
            let bytes = (self.bank - offset).min(self.image.len());
            self.read(bank * self.stride + offset, bytes);
            if self.image[..bytes].iter().any(|byte| *byte != 0xff) {
                self.states[bank] = State::Written;
            }
            offset += bytes;
        }
    }

    fn erase(&mut self, bank: usize) -> bool {
        if self.states[bank] == State::Erased {
            return true;
        }
        let mut offset = 0;
        while offset < self.bank {
            let address = (bank * self.stride + offset) as u32;
            if unsafe { hba::flash_write_enable() != 0 || hba::flash_erase(address) != 0 } {
                self.refusals += 1;
            }
            offset += self.sector;
        }
        self.look(bank);
        if self.states[bank] == State::Written {
            return false;
        }
        self.states[bank] = State::Erased;
        true
    }

    /// Writes what the image begins with, and tells whether flash reads so: parts fail silently.
    fn write(&mut self, address: usize, bytes: usize) -> bool {
        let mut back = [0u8; LONGEST_WORD];
        let mut offset = 0;
        while offset < bytes {
            let part = (self.page - (address + offset) % self.page).min(bytes - offset).min(back.len());
            let at = (address + offset) as u32;
            unsafe {
                if hba::flash_write_enable() != 0 || hba::flash_program(at, self.image[offset..].as_ptr(), part as u32) != 0 {
                    self.refusals += 1;
                }
                hba::flash_read(at, back.as_mut_ptr(), part as u32);
            }
            if back[..part] != self.image[offset..offset + part] {
                self.refusals += 1;
                return false;
            }
            offset += part;
        }
        true
    }

    /// One of its two copies suffices, and one that can be mended.
    fn read_header(&mut self, bank: usize) -> Option<Header> {
        for offset in [0, self.bank - self.header] {
            self.read(bank * self.stride + offset, HEADER_BYTES);
            let is_whole = mend_header(&mut self.image);
            let (sequence, bytes) = (word_at(&self.image, 4), word_at(&self.image, 8) as usize);
            if is_whole && bytes <= ROOM {
                let mut open_id = [0; 8];
                open_id.copy_from_slice(&self.image[16..24]);
                return Some(Header { sequence, bytes, lost: word_at(&self.image, 12), open_id });
            }
        }
        None
    }

    fn write_header(&mut self, bank: usize, header: &Header) -> bool {
        self.image[..self.header].fill(0xff);
        put_word(&mut self.image, 0, MAGIC);
        put_word(&mut self.image, 4, header.sequence);
        put_word(&mut self.image, 8, header.bytes as u32);
        put_word(&mut self.image, 12, header.lost);
        self.image[16..24].copy_from_slice(&header.open_id);
        let checksum = crc32(!0, &self.image[..CHECKED_BYTES]);
        put_word(&mut self.image, CHECKED_BYTES, checksum);
        self.write(bank * self.stride, self.header);
        self.write(bank * self.stride + self.bank - self.header, self.header);
        // It counts if the next mount will take it.
        self.read_header(bank).is_some()
    }

    fn begin(&mut self, header: &Header) {
        self.place.sequence = header.sequence;
        self.place.open_id = header.open_id;
    }

    /// Of a record in the image: of its place and of all behind the checksum.
    fn checksum(&mut self, offset: usize, end: usize) -> u32 {
        self.place.offset = offset as u32;
        let place = crc32(crc32(!0, &self.place.open_id), &self.place.sequence.to_le_bytes());
        crc32(crc32(place, &self.place.offset.to_le_bytes()), &self.image[offset + 4..end])
    }

    /// Puts all records into the image as they are on flash; their length.
    fn encode(&mut self) -> usize {
        let (mut offset, mut to) = (0, 0);
        while offset < self.records.used {
            let next = self.records.next(offset);
            let (name, value, end) = parts(&self.records.bytes, offset);
            let class = word_at(&self.records.bytes, offset + 4);
            let mut length = end - offset;
            self.image[to..to + length].copy_from_slice(&self.records.bytes[offset..end]);
            self.place.offset = to as u32;
            if is_sealed(class) {
                length += SEAL_BYTES;
                put_word(&mut self.image, to + 12, (end - value + SEAL_BYTES) as u32);
                let (name_bytes, value_bytes) = ((value - name) as u32, (end - value) as u32);
                let at = self.image[to + value - offset..].as_mut_ptr();
                let bytes = &self.records.bytes;
                unsafe { hba::seal(class, bytes[name..].as_ptr(), name_bytes, &self.place, bytes[value..].as_ptr(), value_bytes, at) };
            }
            let checksum = self.checksum(to, to + length);
            put_word(&mut self.image, to, checksum);
            offset = next;
            to += round_up(length, 4);
        }
        to
    }

    /// Takes a record of the image; where it ends, if it is whole.
    fn decode(&mut self, offset: usize, limit: usize) -> Option<usize> {
        if offset + HEAD_BYTES > limit {
            return None;
        }
        let class = word_at(&self.image, offset + 4);
        let lengths = [word_at(&self.image, offset + 8) as usize, word_at(&self.image, offset + 12) as usize];
        if lengths[0] > NAME_BYTES || lengths[1] > VALUE_BYTES + SEAL_BYTES {
            return None;
        }
        let (name, value, end) = parts(&self.image, offset);
        if end > limit || word_at(&self.image, offset) != self.checksum(offset, end) {
            return None;
        }
        let opened = if is_sealed(class) { end - value - SEAL_BYTES } else { end - value };
        let before = self.records.used;
        let room = self.records.add(class, &self.image[name..value], opened);
        if !is_sealed(class) {
            room.copy_from_slice(&self.image[value..end]);
        } else {
            let (name_bytes, bytes) = ((value - name) as u32, (end - value) as u32);
            let (at, from) = (self.image[name..].as_ptr(), self.image[value..].as_ptr());
            if unsafe { hba::open(class, at, name_bytes, &self.place, from, bytes, room.as_mut_ptr()) } < 0 {
                self.records.used = before;
                self.lost += 1;
            }
        }
        Some(round_up(end, 4))
    }

    fn write_bank(&mut self, bank: usize) -> bool {
        self.sequence += 1;
        let mut header = Header { sequence: self.sequence, bytes: 0, lost: self.lost, open_id: [0; 8] };
        unsafe { hba::random(header.open_id.as_mut_ptr(), 8) };
        self.begin(&header);
        header.bytes = self.encode();
        let padded = round_up(header.bytes, self.word);
        self.image[header.bytes..padded].fill(0xff);
        self.states[bank] = State::Written;
        if self.write(bank * self.stride + self.header, padded) && self.write_header(bank, &header) {
            self.current = Some(bank);
            self.firm = Some(bank);
            return true;
        }
        self.erase(bank);
        false
    }

    /// Goes to another bank, to one that is blank if it takes it, and erases all others.
    fn go_on(&mut self) -> bool {
        let (from, stays) = (self.current, self.firm);
        let first = from.map_or(0, |bank| bank + 1);
        'search: for blank in [true, false] {
            for step in 0..self.banks {
                let bank = (first + step) % self.banks;
                let is_free = Some(bank) != from && Some(bank) != stays && (self.states[bank] != State::Written) == blank;
                if is_free && self.erase(bank) && self.write_bank(bank) {
                    break 'search;
                }
            }
        }
        if self.current == from {
            return false;
        }
        for bank in 0..self.banks {
            if Some(bank) != self.current && self.states[bank] == State::Written {
                self.erase(bank);
            }
        }
        true
    }

    fn is_alone(&self) -> bool {
        (0..self.banks).all(|bank| Some(bank) == self.current || self.states[bank] != State::Written)
    }

    fn keep(&mut self) {
        self.kept.bytes = self.records.bytes;
        self.kept.used = self.records.used;
    }

    /// The records that were changed come to flash, or are as they were.
    fn commit(&mut self) -> i32 {
        let is_done = self.go_on();
        if !is_done {
            self.records.bytes = self.kept.bytes;
            self.records.used = self.kept.used;
        }
        self.kept.bytes.fill(0);
        if is_done { STORED } else { FAILED }
    }

    fn room(&self) -> usize {
        (self.bank - 2 * self.header).min(ROOM)
    }

    fn divide_part(&mut self) -> bool {
        let geometry = |what| unsafe { hba::flash_geometry(what) as usize };
        let sectors = geometry(1);
        self.sector = geometry(0);
        self.page = geometry(2);
        self.word = round_up(4, geometry(3));
        let each = (sectors / 4).min(2 * ROOM / self.sector).max(1);
        self.banks = (sectors / each).min(MOST_BANKS);
        self.stride = each * self.sector;
        self.bank = self.stride.min(round_up(ROOM, self.sector));
        self.header = round_up(HEADER_BYTES, self.word);
        self.banks >= 3 && self.header <= LONGEST_WORD && geometry(4) == 0xff
    }

    fn mount(&mut self) -> i32 {
        if !self.divide_part() {
            return -1;
        }
        let (mut newest, mut oldest) = (None::<Header>, u32::MAX);
        let mut with_data = None;
        for bank in 0..self.banks {
            self.look(bank);
            self.read(bank * self.stride + self.header, 4);
            // A checksum, or all ones but for what a program that was cut off has disturbed.
            if word_at(&self.image, 0).count_zeros() > 8 {
                with_data = Some(bank);
            }
            let header = match self.read_header(bank) {
                Some(header) => header,
                None => continue,
            };
            if newest.map_or(true, |newest| header.sequence > newest.sequence) {
                newest = Some(header);
                self.current = Some(bank);
            }
            if header.sequence < oldest {
                oldest = header.sequence;
                self.firm = Some(bank);
            }
        }
        let (header, current) = match (newest, self.current) {
            (Some(header), Some(current)) => (header, current),
            _ => return self.format(with_data),
        };
        self.begin(&header);
        self.lost = header.lost;
        // What cannot be read now may have any number that a boot gives on its way through the banks.
        self.sequence = header.sequence + MOST_BANKS as u32;
        self.read(current * self.stride + self.header, header.bytes);
        let (mut offset, mut is_damaged) = (0, false);
        while offset < header.bytes {
            match self.decode(offset, header.bytes) {
                Some(end) => (offset, is_damaged) = (end, false),
                None => {
                    self.lost += u32::from(!is_damaged);
                    (offset, is_damaged) = (offset + 4, true);
                }
            }
        }
        let is_alone = self.is_alone();
        if !is_alone || self.lost != header.lost {
            self.go_on();
        }
        if is_alone { 0 } else { 2 }
    }

    /// A part that was never used, or one whose every header is lost. What shows that there were data stays until the
    /// loss is told by a bank that counts.
    fn format(&mut self, with_data: Option<usize>) -> i32 {
        self.lost = u32::from(with_data.is_some());
        self.firm = with_data;
        for state in self.states.iter_mut() {
            // No erase was ever cut off in a part that was never used.
            if with_data.is_none() && *state == State::Blank {
                *state = State::Erased;
            }
        }
        self.go_on();
        i32::from(with_data.is_none())
    }
}

/// What the adapter has written to the scratch entry.
unsafe fn given<'a>(at: *const u8, bytes: u32) -> &'a [u8] {
    core::slice::from_raw_parts(at, bytes as usize)
}

#[no_mangle]
pub extern "C" fn hba_abi() -> i32 {
    1
}

#[no_mangle]
pub extern "C" fn hba_scratch() -> *mut Entry {
    &mut store().scratch
}

#[no_mangle]
pub extern "C" fn store_mount() -> i32 {
    store().mount()
}

/// # Safety
/// Name and value lie in memory of the module.
#[no_mangle]
pub unsafe extern "C" fn store_put(class: u32, name: *const u8, name_bytes: u32, value: *const u8, value_bytes: u32) -> i32 {
    let (store, name, value) = (store(), given(name, name_bytes), given(value, value_bytes));
    store.keep();
    if let Some(older) = store.records.find(class, name) {
        let (_, at, end) = parts(&store.records.bytes, older);
        if &store.records.bytes[at..end] == value {
            return UNCHANGED;
        }
        store.records.cut_out(older);
    }
    let sealed = if is_sealed(class) { SEAL_BYTES } else { 0 };
    let bytes = round_up(HEAD_BYTES + name.len() + value.len() + sealed, 4);
    if store.records.length() + bytes > store.room() {
        store.records.bytes = store.kept.bytes;
        store.records.used = store.kept.used;
        return FULL;
    }
    store.records.add(class, name, value.len()).copy_from_slice(value);
    store.commit()
}

/// # Safety
/// The name lies in memory of the module.
#[no_mangle]
pub unsafe extern "C" fn store_remove(class: u32, name: *const u8, name_bytes: u32) -> i32 {
    let store = store();
    let older = match store.records.find(class, given(name, name_bytes)) {
        Some(older) => older,
        None => return UNCHANGED,
    };
    store.keep();
    store.records.cut_out(older);
    store.commit()
}

#[no_mangle]
pub extern "C" fn store_clear_secrets() -> i32 {
    let store = store();
    store.keep();
    let (mut offset, mut status) = (0, UNCHANGED);
    while offset < store.records.used {
        if word_at(&store.records.bytes, offset + 4) <= 1 {
            store.records.cut_out(offset);
            status = STORED;
        } else {
            offset = store.records.next(offset);
        }
    }
    if (status == STORED || !store.is_alone()) && store.commit() != STORED {
        return FAILED;
    }
    if store.is_alone() { status } else { UNSCRUBBED }
}

/// # Safety
/// Name and room lie in memory of the module.
#[no_mangle]
pub unsafe extern "C" fn store_get(class: u32, name: *const u8, name_bytes: u32, to: *mut u8, room: u32) -> i32 {
    let store = store();
    let found = match store.records.find(class, given(name, name_bytes)) {
        Some(found) => found,
        None => return -1,
    };
    let (_, value, end) = parts(&store.records.bytes, found);
    if end - value > room as usize {
        return -2;
    }
    core::slice::from_raw_parts_mut(to, end - value).copy_from_slice(&store.records.bytes[value..end]);
    (end - value) as i32
}

/// # Safety
/// The entry lies in memory of the module.
#[no_mangle]
pub unsafe extern "C" fn store_entry(cursor: u32, out: *mut Entry) -> i32 {
    let (store, cursor, out) = (store(), cursor as usize, &mut *out);
    if cursor >= store.records.used {
        return -1;
    }
    let bytes = &store.records.bytes;
    let (name, value, end) = parts(bytes, cursor);
    out.class = word_at(bytes, cursor + 4);
    out.name_bytes = (value - name) as u32;
    out.value_bytes = (end - value) as u32;
    out.name[..value - name].copy_from_slice(&bytes[name..value]);
    out.value[..end - value].copy_from_slice(&bytes[value..end]);
    store.records.next(cursor) as i32
}

/// Any record may be sealed, and ends at a multiple of four.
#[no_mangle]
pub extern "C" fn store_capacity(others: u32, bytes: u32) -> i32 {
    let beside = HEAD_BYTES + SEAL_BYTES + 3;
    let taken = others as usize * beside + bytes as usize;
    (store().room().saturating_sub(taken) / (beside + NAME_BYTES + VALUE_BYTES)) as i32
}

#[no_mangle]
pub extern "C" fn store_health(what: u32) -> i32 {
    match what {
        1 => store().lost as i32,
        2 => store().refusals as i32,
        _ => 0,
    }
}

/// Losses are told, at each boot, until all that is known was stored again.
#[no_mangle]
pub extern "C" fn store_forget_losses() -> i32 {
    let store = store();
    if store.lost == 0 {
        return UNCHANGED;
    }
    let before = store.lost;
    store.lost = 0;
    if store.go_on() {
        return STORED;
    }
    store.lost = before;
    FAILED
}
