//! Styles as the configuration writes them.

use super::*;

#[test]
fn a_look_reads_as_it_is_written() {
    for text in [
        "",
        "bold",
        "green",
        "bold light-red",
        "dim italic #ff8700 on black",
        "underline reverse 208 on light-blue",
    ] {
        let look: StyleSpec = text.parse().unwrap();
        assert_eq!(look.to_string(), text);
    }
    for role in Role::ALL {
        assert_eq!(role.look().to_string().parse(), Ok(role.look()), "{role:?}");
        assert_eq!(Role::ALL[role as usize], role);
    }
    for wrong in ["blood", "bold on", "on", "#12", "300"] {
        assert!(wrong.parse::<StyleSpec>().is_err(), "{wrong}");
    }
}
