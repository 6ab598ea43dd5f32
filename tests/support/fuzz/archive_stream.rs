//! An archive gives its bytes; a cut one gives its beginning and says that it is damaged; a changed one never passes for
//! sound.

use std::io::Read;

use super::unpack;

/// Bytes by which an archive is known; one that lost them is taken for plain text.
const MAGIC: usize = 6;

pub fn check(bytes: &[u8]) {
    let [form, how, high, low, change, text @ ..] = bytes else {
        return;
    };
    let most = text.len() * 2 + (64 << 10);
    if *how % 6 == 0 {
        // The text is the archive.
        let (unpacked, _) = unpack(text.to_vec(), 1 << 20);
        assert!(unpacked.len() <= 1 << 20);
        return;
    }
    let whole = pack(*form, text);
    let at = (usize::from(*high) << 8 | usize::from(*low)) % whole.len();
    match how % 6 {
        1 => assert_eq!(unpack(whole, most), (text.to_vec(), false)),
        2 if at >= MAGIC => {
            let (unpacked, damaged) = unpack(whole[..at].to_vec(), most);
            assert!(damaged, "cut at {at}");
            assert!(text.starts_with(&unpacked), "cut at {at}");
        }
        3 if at >= MAGIC => {
            let mut changed = whole;
            changed[at] ^= (*change).max(1);
            let (unpacked, damaged) = unpack(changed, most);
            assert!(damaged || unpacked == text, "changed at {at}");
        }
        4 => {
            let more = pack(form.wrapping_add(*high), text);
            let same = form % 4 == form.wrapping_add(*high) % 4;
            let (unpacked, damaged) = unpack([whole, more].concat(), most);
            assert!(unpacked.starts_with(text) && (same != damaged));
            assert!(!same || unpacked == [text, text].concat());
        }
        5 => {
            let (unpacked, _) =
                unpack([whole, vec![*change; usize::from(*low) + 1]].concat(), most);
            assert!(unpacked.starts_with(text), "what stands before the litter");
        }
        _ => {}
    }
}

fn pack(form: u8, text: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    match form % 4 {
        0 => {
            flate2::read::GzEncoder::new(text, flate2::Compression::fast()).read_to_end(&mut packed)
        }
        1 => {
            let mut packer = zstd::stream::read::Encoder::new(text, 1).expect("packs");
            packer.include_checksum(true).expect("packs");
            packer.read_to_end(&mut packed)
        }
        2 => bzip2::read::BzEncoder::new(text, bzip2::Compression::fast()).read_to_end(&mut packed),
        _ => liblzma::read::XzEncoder::new(text, 0).read_to_end(&mut packed),
    }
    .expect("packs");
    packed
}
