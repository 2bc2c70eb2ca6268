//! Record: byte for byte, round trips, truncation, bit flips, refusals.

use gleaner::Error;
use gleaner::record::{Entry, Header, Reader, Writer, record_len};

const HEADER: Header = Header {
    model: 0x0102_0304_0506_0708,
    period: 3,
    seed: 42,
    seen: 8143,
    total: 1.0,
    threshold: 0.25,
    items: 2,
    payload: 3,
};

const ENTRIES: [Entry<'static>; 2] = [
    Entry {
        sequence: 5,
        score: 0.5,
        weight: 1.0,
        payload: b"abc",
    },
    Entry {
        sequence: 258,
        score: 0.125,
        weight: 2.0,
        payload: &[0, 255, 128],
    },
];

fn write(header: Header, entries: &[Entry<'_>]) -> Vec<u8> {
    let mut bytes = vec![0xAA; record_len(header.items as usize, header.payload as usize)];
    let mut writer = Writer::new(&mut bytes, header).unwrap();
    for &entry in entries {
        writer.push(entry).unwrap();
    }
    assert_eq!(writer.finish(), Ok(bytes.len()));
    bytes
}

/// CRC-32 as IEEE 802.3 defines it, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    let mut remainder = u32::MAX;
    for &byte in bytes {
        remainder ^= u32::from(byte);
        for _ in 0..8 {
            let carry = if remainder & 1 == 1 { 0xEDB8_8320 } else { 0 };
            remainder = (remainder >> 1) ^ carry;
        }
    }
    !remainder
}

/// Puts the right checksum under changed content.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.len() - 4;
    let checksum = crc(&bytes[..end]).to_le_bytes();
    bytes[end..].copy_from_slice(&checksum);
    bytes
}

#[test]
fn byte_for_byte() {
    #[rustfmt::skip]
    let mut expected = vec![
        b'G', b'L', b'N', b'R',                         // magic
        1, 0,                                           // version
        60, 0,                                          // header length
        8, 7, 6, 5, 4, 3, 2, 1,                         // model
        42, 0, 0, 0, 0, 0, 0, 0,                        // seed
        0xCF, 0x1F, 0, 0, 0, 0, 0, 0,                   // seen
        0, 0, 0, 0, 0, 0, 0xF0, 0x3F,                   // total
        0, 0, 0, 0, 0, 0, 0xD0, 0x3F,                   // threshold
        3, 0, 0, 0,                                     // period
        2, 0, 0, 0,                                     // items
        3, 0, 0, 0,                                     // payload
        5, 0, 0, 0, 0, 0, 0, 0,                         // sequence
        0, 0, 0, 0, 0, 0, 0xE0, 0x3F,                   // score
        0, 0, 0, 0, 0, 0, 0xF0, 0x3F,                   // weight
        b'a', b'b', b'c',                               // payload
        2, 1, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0xC0, 0x3F,
        0, 0, 0, 0, 0, 0, 0x00, 0x40,
        0, 255, 128,
    ];
    assert_eq!(crc(b"123456789"), 0xCBF4_3926);
    let checksum = crc(&expected).to_le_bytes();
    expected.extend(checksum);
    assert_eq!(write(HEADER, &ENTRIES), expected);
    assert_eq!(expected.len(), record_len(2, 3));
}

#[test]
fn round_trip() {
    let bytes = write(HEADER, &ENTRIES);
    let reader = Reader::new(&bytes).unwrap();
    assert_eq!(reader.header(), HEADER);
    assert!(reader.entries().eq(ENTRIES));
    // Extremes, no payload, no items.
    let header = Header {
        model: u64::MAX,
        period: u32::MAX,
        seed: u64::MAX,
        seen: u64::MAX,
        total: f64::MAX,
        threshold: 5e-324,
        items: 1,
        payload: 0,
    };
    let entry = Entry {
        sequence: u64::MAX,
        score: 5e-324,
        weight: f64::MAX,
        payload: &[],
    };
    let bytes = write(header, &[entry]);
    let reader = Reader::new(&bytes).unwrap();
    assert_eq!(reader.header(), header);
    assert!(reader.entries().eq([entry]));
    for payload in [0, 9] {
        let header = Header {
            items: 0,
            payload,
            ..Header::default()
        };
        let bytes = write(header, &[]);
        assert_eq!(bytes.len(), 64);
        let reader = Reader::new(&bytes).unwrap();
        assert_eq!((reader.header(), reader.entries().count()), (header, 0));
    }
}

#[test]
fn single_precision_comes_back_exactly() {
    for value in [0.1_f32, f32::MIN_POSITIVE, 1e-45, f32::MAX] {
        let entry = Entry {
            sequence: 0,
            score: value.into(),
            weight: value.into(),
            payload: &[],
        };
        let bytes = write(
            Header {
                items: 1,
                payload: 0,
                ..HEADER
            },
            &[entry],
        );
        let read = Reader::new(&bytes).unwrap().entries().next().unwrap();
        assert_eq!((read.score as f32, read.weight as f32), (value, value));
    }
}

#[test]
fn every_truncation_is_found() {
    let bytes = write(HEADER, &ENTRIES);
    for end in 0..bytes.len() {
        assert_eq!(
            Reader::new(&bytes[..end]).err(),
            Some(Error::Length("bytes")),
            "{end}"
        );
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(Reader::new(&longer).err(), Some(Error::Length("bytes")));
}

#[test]
fn every_bit_flip_is_found() {
    let bytes = write(HEADER, &ENTRIES);
    for index in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[index] ^= 1 << bit;
            let error = Reader::new(&flipped).err();
            let known = [
                Error::Record,
                Error::Range("version"),
                Error::Length("bytes"),
            ];
            assert!(
                error.is_some_and(|error| known.contains(&error)),
                "{index}, {bit}: {error:?}"
            );
            match index {
                0..4 => assert_eq!(error, Some(Error::Record)),
                4..6 => assert_eq!(error, Some(Error::Range("version"))),
                8..52 | 60.. => assert_eq!(error, Some(Error::Record)),
                _ => {}
            }
        }
    }
}

#[test]
fn impossible_lengths_are_refused() {
    let bytes = write(HEADER, &ENTRIES);
    for range in [6..8, 52..56, 56..60] {
        for fill in [0, 0xFF] {
            let mut changed = bytes.clone();
            changed[range.clone()].fill(fill);
            assert!(Reader::new(&sealed(changed)).is_err(), "{range:?} {fill}");
        }
    }
    assert_eq!(record_len(usize::MAX, 1), usize::MAX);
    assert_eq!(record_len(1, usize::MAX), usize::MAX);
    const LEN: usize = record_len(200, 20);
    assert_eq!(LEN, 64 + 200 * 44);
}

#[test]
fn unknown_header_fields_are_passed_over() {
    let mut bytes = write(HEADER, &ENTRIES);
    bytes[6] = 64;
    bytes.splice(60..60, [1, 2, 3, 4]);
    let bytes = sealed(bytes);
    let reader = Reader::new(&bytes).unwrap();
    assert_eq!(reader.header(), HEADER);
    assert!(reader.entries().eq(ENTRIES));
}

#[test]
fn numbers_that_are_none_are_refused() {
    let bytes = write(HEADER, &ENTRIES);
    for (start, name) in [
        (32, "header"),
        (40, "header"),
        (68, "items"),
        (103, "items"),
    ] {
        for bad in [f64::NAN, f64::INFINITY] {
            let mut changed = bytes.clone();
            changed[start..start + 8].copy_from_slice(&bad.to_le_bytes());
            assert_eq!(
                Reader::new(&sealed(changed)).err(),
                Some(Error::NotFinite(name))
            );
        }
    }
}

#[test]
fn records_that_follow_one_another() {
    let mut bytes = write(HEADER, &ENTRIES);
    let second = Header {
        period: 4,
        items: 0,
        ..HEADER
    };
    bytes.extend(write(second, &[]));
    let (first, rest) = Reader::first(&bytes).unwrap();
    assert_eq!(first.header(), HEADER);
    let (next, rest) = Reader::first(rest).unwrap();
    assert_eq!((next.header(), rest.len()), (second, 0));
    assert_eq!(Reader::first(rest).err(), Some(Error::Length("bytes")));
}

#[test]
fn a_writer_refuses_what_breaks_the_record() {
    let mut bytes = vec![0xAA; record_len(2, 3) + 5];
    let short = record_len(2, 3) - 1;
    assert_eq!(
        Writer::new(&mut bytes[..short], HEADER).err(),
        Some(Error::Length("bytes"))
    );
    let huge = Header {
        items: u32::MAX,
        payload: u32::MAX,
        ..HEADER
    };
    assert_eq!(
        Writer::new(&mut bytes, huge).err(),
        Some(Error::Length("bytes"))
    );
    for bad in [f64::NAN, f64::INFINITY] {
        let header = Header {
            total: bad,
            ..HEADER
        };
        assert_eq!(
            Writer::new(&mut bytes, header).err(),
            Some(Error::NotFinite("total"))
        );
        let header = Header {
            threshold: bad,
            ..HEADER
        };
        assert_eq!(
            Writer::new(&mut bytes, header).err(),
            Some(Error::NotFinite("threshold"))
        );
    }
    assert!(bytes.iter().all(|&byte| byte == 0xAA));

    let mut writer = Writer::new(&mut bytes, HEADER).unwrap();
    writer.push(ENTRIES[0]).unwrap();
    let [_, entry] = ENTRIES;
    let before = format!("{writer:?}");
    for payload in [&b""[..], b"ab", b"abcd"] {
        assert_eq!(
            writer.push(Entry { payload, ..entry }),
            Err(Error::Length("payload"))
        );
    }
    for bad in [f64::NAN, f64::NEG_INFINITY] {
        assert_eq!(
            writer.push(Entry {
                score: bad,
                ..entry
            }),
            Err(Error::NotFinite("score"))
        );
        assert_eq!(
            writer.push(Entry {
                weight: bad,
                ..entry
            }),
            Err(Error::NotFinite("weight"))
        );
    }
    assert_eq!(format!("{writer:?}"), before);
    let (state, bytes) = writer.detach();
    let writer = Writer::attach(state, bytes).unwrap();
    assert_eq!(writer.finish(), Err(Error::Length("items")));
}

#[test]
fn a_writer_taken_apart_goes_on() {
    let mut bytes = vec![0; record_len(2, 3) + 5];
    let (mut state, _) = Writer::new(&mut bytes, HEADER).unwrap().detach();
    for entry in ENTRIES {
        let mut writer = Writer::attach(state, &mut bytes).unwrap();
        writer.push(entry).unwrap();
        (state, _) = writer.detach();
    }
    let mut writer = Writer::attach(state, &mut bytes).unwrap();
    assert_eq!(writer.push(ENTRIES[0]), Err(Error::Length("items")));
    let length = writer.finish().unwrap();
    assert_eq!(bytes[..length], write(HEADER, &ENTRIES));
    state.written = 3;
    assert_eq!(
        Writer::attach(state, &mut bytes).err(),
        Some(Error::Range("state"))
    );
    assert_eq!(
        Writer::attach(state, &mut bytes[..9]).err(),
        Some(Error::Length("bytes"))
    );
}
