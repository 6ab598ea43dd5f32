use super::*;

#[test]
fn a_number_is_read_to_its_last_digit_whatever_follows() {
    let behind = [
        &b""[..],
        b" ",
        b":x",
        b"/",
        b";",
        b"\xff\xff\xff",
        b"\x00rest of the line",
        b"a1234567",
    ];
    let numbers = [
        "0",
        "7",
        "42",
        "007",
        "65535",
        "1234567",
        "12345678",
        "123456789",
        "18446744073709551615",
    ];
    for number_text in numbers {
        for rest in behind {
            let text = [number_text.as_bytes(), rest].concat();
            assert_eq!(
                number(&text),
                Some((number_text.parse().unwrap(), rest)),
                "{text:?}"
            );
        }
    }
    for none in [
        &b""[..],
        b" 1",
        b"x2345678",
        b"/1234567",
        b":1234567",
        b"\xb01234567",
        b"18446744073709551616",
        b"99999999999999999999",
    ] {
        assert_eq!(number(none), None, "{none:?}");
    }
}

proptest::proptest! {
    #[test]
    fn any_eight_bytes_are_read_like_digit_by_digit(bytes in proptest::array::uniform8(proptest::prop_oneof![b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', 0u8..=255])) {
        let (digits, value) = leading_digits(bytes);
        let slow = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
        assert_eq!(digits, slow);
        if slow > 0 {
            assert_eq!(value, std::str::from_utf8(&bytes[..slow]).unwrap().parse::<u64>().unwrap());
        }
    }
}
