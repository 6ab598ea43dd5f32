//! Archives of all kinds: whole, joined, truncated, damaged.

use super::*;

const FORMS: [Compression; 4] = [
    Compression::Gzip,
    Compression::Zstd,
    Compression::Bzip2,
    Compression::Xz,
];

fn text() -> Vec<u8> {
    let line = |n: usize| {
        format!(
            "Mon Mar  2 08:09:10 2026 Info: ICID {} close\n",
            n * n % 9973
        )
    };
    (0..9000).map(line).collect::<String>().into_bytes()
}

fn pack(form: Compression, text: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let read = match form {
        Compression::Plain => (&mut &*text).read_to_end(&mut packed),
        Compression::Gzip => flate2::read::GzEncoder::new(text, flate2::Compression::default())
            .read_to_end(&mut packed),
        Compression::Zstd => zstd::stream::read::Encoder::new(text, 3)
            .expect("packs")
            .read_to_end(&mut packed),
        Compression::Bzip2 => {
            bzip2::read::BzEncoder::new(text, bzip2::Compression::fast()).read_to_end(&mut packed)
        }
        Compression::Xz => liblzma::read::XzEncoder::new(text, 3).read_to_end(&mut packed),
    };
    read.expect("packs");
    packed
}

/// The content of an archive, and whether an error occurred.
fn unpacked(form: Compression, packed: Vec<u8>) -> (Vec<u8>, bool) {
    let mut stream = unpack(form, io::Cursor::new(packed)).expect("opens");
    let mut bytes = vec![0; 2 << 20];
    let (count, error) = read_full(&mut stream, &mut bytes);
    bytes.truncate(count);
    let again = stream.read(&mut [0; 9]).is_err();
    assert_eq!(error.is_some(), again, "who reads on is told again");
    (bytes, again)
}

#[test]
fn an_archive_that_is_cut_gives_its_beginning_and_an_error() {
    let text = text();
    for form in FORMS {
        let whole = pack(form, &text);
        assert_eq!(unpacked(form, whole.clone()), (text.clone(), false));
        for cut in [1, 10, 100, whole.len() / 2, whole.len() - 40] {
            let (bytes, failed) = unpacked(form, whole[..whole.len() - cut].to_vec());
            assert!(failed, "{form:?} without its last {cut} bytes");
            assert!(text.starts_with(&bytes), "{form:?} without {cut}");
        }
    }
}

#[test]
fn litter_behind_an_archive_costs_nothing_of_it() {
    let text = b"Mon Mar  2 08:09:10 2026 Info: ICID 7 close\n";
    for form in FORMS {
        for litter in [&[7; 41][..], b"\0", b"not an archive"] {
            let (bytes, _) = unpacked(form, [&pack(form, text)[..], litter].concat());
            assert!(bytes.starts_with(text), "{form:?} {litter:?}");
        }
    }
}

#[test]
fn a_damage_takes_no_more_than_what_one_step_gave_before_it() {
    use std::io::Write;
    let text = text();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(&text).expect("packs");
    packer.flush().expect("packs");
    let mut packed = packer.get_ref().clone();
    // An invalid block type.
    packed.extend([0xff; 64]);
    let (bytes, failed) = unpacked(Compression::Gzip, packed);
    assert!(failed && text.starts_with(&bytes));
    assert!(bytes.len() + STEP >= text.len(), "{} bytes", bytes.len());
}
