//! The record reader: any bytes, and such whose checksums are right, so that what comes behind them is reached.

use crc::{CRC_32_ISO_HDLC, Crc};
use gleaner::record::{Entry, Reader, Writer, record_len};

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
const HEADER: usize = 60;

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..)?.first_chunk::<4>()?;
    usize::try_from(u32::from_le_bytes(*four)).ok()
}

/// Where the checksum of the record at the front stands.
fn checksum_at(bytes: &[u8]) -> Option<usize> {
    let header = bytes.get(6..)?.first_chunk::<2>()?;
    let header = usize::from(u16::from_le_bytes(*header));
    let (items, payload) = (word(bytes, 52)?, word(bytes, 56)?);
    items
        .checked_mul(payload.checked_add(24)?)?
        .checked_add(header)
}

/// Puts the right checksum behind each record of the bytes.
pub fn with_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut start = 0;
    while let Some(length) = checksum_at(&bytes[start..]) {
        let Some(end) = start
            .checked_add(length)
            .filter(|&end| bytes.len().checked_sub(4).is_some_and(|most| end <= most))
        else {
            break;
        };
        let sum = CRC.checksum(&bytes[start..end]).to_le_bytes();
        bytes[end..end + 4].copy_from_slice(&sum);
        start = end + 4;
    }
    bytes
}

/// What is read must be whole, and give the same bytes when it is written.
fn read(bytes: &[u8]) {
    let Ok((reader, rest)) = Reader::first(bytes) else {
        assert!(Reader::new(bytes).is_err());
        return;
    };
    assert_eq!(Reader::new(bytes).is_ok(), rest.is_empty());
    let record = &bytes[..bytes.len() - rest.len()];
    let header = reader.header();
    let (items, payload) = (header.items as usize, header.payload as usize);
    assert_eq!(reader.entries().count(), items);
    let mut again = vec![0; record_len(items, payload)];
    let mut writer = Writer::new(&mut again, header).expect("a header that was read");
    for entry in reader.entries() {
        let Entry {
            score,
            weight,
            payload: own,
            ..
        } = entry;
        assert!(score.is_finite() && weight.is_finite() && own.len() == payload);
        writer.push(entry).expect("an item that was read");
    }
    assert_eq!(writer.finish(), Ok(again.len()));
    // A longer header holds what this version does not know.
    let unknown = record.len() - again.len();
    assert_eq!(again[8..HEADER], record[8..HEADER]);
    assert_eq!(
        again[HEADER..again.len() - 4],
        record[HEADER + unknown..record.len() - 4]
    );
    assert!(unknown > 0 || again == record);
    read(rest);
}

/// The target.
pub fn run(data: &[u8]) {
    read(data);
    read(&with_checksums(data));
}
